/* The decoder as RFC 3951 names it, on WebRTC's fixed-point implementation. */
#ifndef SIPSIMPLE_ILBC_DECODE_H
#define SIPSIMPLE_ILBC_DECODE_H

#include "modules/audio_coding/codecs/ilbc/defines.h"

typedef struct {
    IlbcDecoder state;
    unsigned samples;
} iLBC_Dec_Inst_t;

short initDecode(iLBC_Dec_Inst_t *decoder, int mode, int use_enhancer);
void iLBC_decode(float *block, unsigned char *bytes, iLBC_Dec_Inst_t *decoder, int intact);

#endif
