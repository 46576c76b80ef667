/* The two functions that WebRTC has in C++ and its iLBC calls from C. */
#include <stdio.h>
#include <stdlib.h>

#include "common_audio/signal_processing/dot_product_with_scale.h"

void rtc_FatalMessage(const char *file, int line, const char *message)
{
    fprintf(stderr, "iLBC: %s:%d: %s\n", file, line, message);
    abort();
}

int32_t WebRtcSpl_DotProductWithScale(const int16_t *first, const int16_t *second,
                                      size_t length, int scaling)
{
    int64_t sum = 0;
    size_t i;

    for (i = 0; i < length; ++i)
        sum += ((int32_t)first[i] * second[i]) >> scaling;
    if (sum > INT32_MAX)
        return INT32_MAX;
    return sum < INT32_MIN ? INT32_MIN : (int32_t)sum;
}
