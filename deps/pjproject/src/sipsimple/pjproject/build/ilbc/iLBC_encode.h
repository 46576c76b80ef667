/* The encoder as RFC 3951 names it, on WebRTC's fixed-point implementation. */
#ifndef SIPSIMPLE_ILBC_ENCODE_H
#define SIPSIMPLE_ILBC_ENCODE_H

#include "modules/audio_coding/codecs/ilbc/defines.h"

/* Samples of the longest frame: 30 ms at 8 kHz. WebRTC has the same constant. */
#ifndef BLOCKL_MAX
#define BLOCKL_MAX 240
#endif

typedef struct {
    IlbcEncoder state;
    unsigned samples;
    unsigned no_of_bytes;
} iLBC_Enc_Inst_t;

short initEncode(iLBC_Enc_Inst_t *encoder, int mode);
void iLBC_encode(unsigned char *bytes, const float *block, iLBC_Enc_Inst_t *encoder);

#endif
