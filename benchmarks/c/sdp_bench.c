/* The floor of the SDP benchmark: pjmedia's own parser and printer.
 *
 *     sdp_bench FILE ITERATIONS
 *
 * Parses the session description in FILE, validates it and prints it again,
 * with a memory pool that is reset each time. Prints the CPU time of the loop
 * in nanoseconds and the length of the printed text.
 */
#include <pjlib.h>
#include <pjlib-util.h>
#include <pjmedia/errno.h>
#include <pjmedia/sdp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static long long cpu_nanoseconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return now.tv_sec * 1000000000LL + now.tv_nsec;
}

int main(int argc, char **argv)
{
    static char original[65536], copy[65536], printed[65536];
    pj_caching_pool factory;
    pjmedia_sdp_session *session;
    pj_pool_t *pool;
    size_t length;
    long i, iterations;
    int size = 0;
    long long begin;
    FILE *file;

    if (argc != 3 || !(file = fopen(argv[1], "rb")))
        return 2;
    length = fread(original, 1, sizeof(original) - 1, file);
    fclose(file);
    iterations = atol(argv[2]);

    pj_log_set_level(0);
    if (pj_init() != PJ_SUCCESS || pjlib_util_init() != PJ_SUCCESS)
        return 3;
    pj_caching_pool_init(&factory, &pj_pool_factory_default_policy, 1 << 20);
    pool = pj_pool_create(&factory.factory, "bench", 8000, 8000, NULL);

    begin = cpu_nanoseconds();
    for (i = 0; i < iterations; i++) {
        /* The parser keeps pointers into its input, so the input is a copy, as in a real use. */
        memcpy(copy, original, length + 1);
        if (pjmedia_sdp_parse(pool, copy, length, &session) != PJ_SUCCESS
            || pjmedia_sdp_validate2(session, PJ_FALSE) != PJ_SUCCESS)
            return 4;
        size = pjmedia_sdp_print(session, printed, sizeof(printed));
        if (size <= 0)
            return 5;
        pj_pool_reset(pool);
    }
    printf("%lld %d\n", cpu_nanoseconds() - begin, size);
    return 0;
}
