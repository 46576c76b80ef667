/* The one macro of Abseil that WebRTC's iLBC sources use. */
#ifndef SIPSIMPLE_ILBC_ATTRIBUTES_H
#define SIPSIMPLE_ILBC_ATTRIBUTES_H
#define ABSL_MUST_USE_RESULT __attribute__((warn_unused_result))
#endif
