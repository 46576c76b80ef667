/* The floor of the latency benchmark: how long an INVITE takes from its
 * sender's send() to the callback of a C application.
 *
 * Listens on a free UDP port of 127.0.0.1, prints "ready PORT", and for each
 * INVITE creates the dialog and the invite session, prints the nanoseconds
 * that passed since the time in the user part of its From URI (CLOCK_MONOTONIC),
 * and rejects the call with 486. Ends when its standard input does.
 */
#include <pjlib.h>
#include <pjlib-util.h>
#include <pjsip.h>
#include <pjsip_ua.h>
#include <pjmedia.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
#include <fcntl.h>

static pjsip_endpoint *endpoint;
static char contact_text[64];
static pj_str_t contact;

static long long monotonic_nanoseconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static pj_bool_t on_request(pjsip_rx_data *request)
{
    pjsip_inv_session *session;
    pjsip_sip_uri *from;
    pjsip_tx_data *answer;
    pjsip_dialog *dialog;
    char sent[32];
    pj_status_t status;

    if (request->msg_info.msg->line.req.method.id != PJSIP_INVITE_METHOD)
        return PJ_FALSE;
    status = pjsip_dlg_create_uas_and_inc_lock(pjsip_ua_instance(), request, &contact, &dialog);
    if (status != PJ_SUCCESS)
        return PJ_TRUE;
    status = pjsip_inv_create_uas(dialog, request, NULL, 0, &session);
    pjsip_dlg_dec_lock(dialog);
    if (status != PJ_SUCCESS)
        return PJ_TRUE;

    from = (pjsip_sip_uri *) pjsip_uri_get_uri(request->msg_info.from->uri);
    pj_ansi_snprintf(sent, sizeof(sent), "%.*s", (int) from->user.slen, from->user.ptr);
    printf("%lld\n", monotonic_nanoseconds() - atoll(sent));
    fflush(stdout);

    if (pjsip_inv_initial_answer(session, request, 486, NULL, NULL, &answer) == PJ_SUCCESS)
        pjsip_inv_send_msg(session, answer);
    return PJ_TRUE;
}

static pjsip_module application = {
    .name = { "latency-peer", 12 },
    .id = -1,
    .priority = PJSIP_MOD_PRIORITY_APPLICATION,
    .on_rx_request = &on_request,
};

static void on_state(pjsip_inv_session *session, pjsip_event *event)
{
    PJ_UNUSED_ARG(session);
    PJ_UNUSED_ARG(event);
}

static void on_new_session(pjsip_inv_session *session, pjsip_event *event)
{
    PJ_UNUSED_ARG(session);
    PJ_UNUSED_ARG(event);
}

int main(void)
{
    const pj_str_t host = { "127.0.0.1", 9 };
    pjsip_inv_callback callbacks = {
        .on_state_changed = &on_state, .on_new_session = &on_new_session,
    };
    pj_caching_pool factory;
    pjsip_transport *transport;
    pj_sockaddr_in address;
    char byte;

    pj_log_set_level(0);
    if (pj_init() != PJ_SUCCESS || pjlib_util_init() != PJ_SUCCESS)
        return 3;
    pj_caching_pool_init(&factory, &pj_pool_factory_default_policy, 64 << 20);
    pj_sockaddr_in_init(&address, &host, 0);
    if (pjsip_endpt_create(&factory.factory, "bench", &endpoint) != PJ_SUCCESS
        || pjsip_udp_transport_start(endpoint, &address, NULL, 1, &transport) != PJ_SUCCESS
        || pjsip_tsx_layer_init_module(endpoint) != PJ_SUCCESS
        || pjsip_ua_init_module(endpoint, NULL) != PJ_SUCCESS
        || pjsip_100rel_init_module(endpoint) != PJ_SUCCESS
        || pjsip_inv_usage_init(endpoint, &callbacks) != PJ_SUCCESS
        || pjsip_endpt_register_module(endpoint, &application) != PJ_SUCCESS)
        return 4;

    pj_ansi_snprintf(contact_text, sizeof(contact_text), "<sip:bench@127.0.0.1:%d>",
                     transport->local_name.port);
    contact = pj_str(contact_text);
    printf("ready %d\n", transport->local_name.port);
    fflush(stdout);

    fcntl(0, F_SETFL, O_NONBLOCK);
    while (read(0, &byte, 1) != 0) {
        pj_time_val timeout = { 0, 50 };

        pjsip_endpt_handle_events(endpoint, &timeout);
    }
    return 0;
}
