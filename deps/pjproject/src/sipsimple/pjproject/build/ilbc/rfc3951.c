/* RFC 3951's function names, which pjmedia's ilbc.c calls, on WebRTC's iLBC.
 *
 * pjmedia keeps encoder and decoder inside its codec struct and frees neither, so
 * both are held here by value and WebRTC's own allocating interface is not used.
 * WebRTC's implementation works on 16-bit samples, RFC 3951's on floats.
 */
#include <string.h>

#include "iLBC_decode.h"
#include "iLBC_encode.h"
#include "modules/audio_coding/codecs/ilbc/decode.h"
#include "modules/audio_coding/codecs/ilbc/encode.h"
#include "modules/audio_coding/codecs/ilbc/init_decode.h"
#include "modules/audio_coding/codecs/ilbc/init_encode.h"

/* Octets of a payload (RFC 3952 section 3.2). */
enum { BYTES_20_MS = 38, BYTES_30_MS = 50, WORDS_MAX = BYTES_30_MS / 2 };

short initEncode(iLBC_Enc_Inst_t *encoder, int mode)
{
    WebRtcIlbcfix_InitEncode(&encoder->state, mode);
    encoder->samples = mode * 8;
    encoder->no_of_bytes = mode == 20 ? BYTES_20_MS : BYTES_30_MS;
    return encoder->no_of_bytes;
}

void iLBC_encode(unsigned char *bytes, const float *block, iLBC_Enc_Inst_t *encoder)
{
    int16_t samples[BLOCKL_MAX];
    uint16_t words[WORDS_MAX];
    unsigned i;

    for (i = 0; i < encoder->samples; ++i)
        samples[i] = (int16_t)block[i];
    WebRtcIlbcfix_EncodeImpl(words, samples, &encoder->state);
    memcpy(bytes, words, encoder->no_of_bytes);
}

short initDecode(iLBC_Dec_Inst_t *decoder, int mode, int use_enhancer)
{
    WebRtcIlbcfix_InitDecode(&decoder->state, mode, use_enhancer);
    decoder->samples = mode * 8;
    return decoder->samples;
}

void iLBC_decode(float *block, unsigned char *bytes, iLBC_Dec_Inst_t *decoder, int intact)
{
    int16_t samples[BLOCKL_MAX];
    uint16_t words[WORDS_MAX] = {0};
    unsigned i;

    if (intact)
        memcpy(words, bytes, decoder->samples == 160 ? BYTES_20_MS : BYTES_30_MS);
    /* A payload that cannot be decoded is silence, as a broken frame in pjmedia is. */
    if (WebRtcIlbcfix_DecodeImpl(samples, words, &decoder->state, (int16_t)intact) < 0)
        memset(samples, 0, sizeof(samples));
    for (i = 0; i < decoder->samples; ++i)
        block[i] = samples[i];
}
