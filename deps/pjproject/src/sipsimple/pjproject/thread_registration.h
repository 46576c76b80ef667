/* Registration of foreign threads (Python's) with pjlib.
 *
 * pjlib keeps a descriptor per thread and wants it to live as long as the
 * thread does. The descriptor hangs on a pthread key, whose destructor is the
 * one place that runs when a thread ends, whoever started it.
 */
#ifndef SIPSIMPLE_THREAD_REGISTRATION_H
#define SIPSIMPLE_THREAD_REGISTRATION_H

#include <pthread.h>
#include <stdlib.h>
#include <pjlib.h>

static pthread_key_t sipsimple_descriptor_key;
static pthread_once_t sipsimple_descriptor_key_once = PTHREAD_ONCE_INIT;

static void sipsimple_thread_ended(void *descriptor)
{
    /* glibc clears every key before it calls destructors, so pjlib's own key
     * may be empty by now; then there is nothing left to unregister. */
    if (pj_thread_is_registered())
        pj_thread_unregister();
    free(descriptor);
}

static void sipsimple_create_descriptor_key(void)
{
    pthread_key_create(&sipsimple_descriptor_key, &sipsimple_thread_ended);
}

static void sipsimple_register_thread(void)
{
    pj_thread_t *thread;
    void *descriptor;

    pthread_once(&sipsimple_descriptor_key_once, &sipsimple_create_descriptor_key);
    descriptor = calloc(1, sizeof(pj_thread_desc));
    if (!descriptor)
        abort(); /* pjlib cannot be called from an unregistered thread */
    pj_thread_register("python", descriptor, &thread);
    pthread_setspecific(sipsimple_descriptor_key, descriptor);
}

#endif
