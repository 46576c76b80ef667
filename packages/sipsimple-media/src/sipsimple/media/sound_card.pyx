"""What moves the bridge: the sound card, or a clock of our own where there is none."""

from sipsimple.pjproject.pjlib cimport PJ_SUCCESS, pj_pool_release, pj_status_t
from sipsimple.pjproject.pjmedia cimport (
    PJMEDIA_AUD_DEFAULT_CAPTURE_DEV,
    PJMEDIA_AUD_DEFAULT_PLAYBACK_DEV,
    PJMEDIA_DIR_ENCODING_DECODING,
    pjmedia_aud_dev_count,
    pjmedia_aud_dev_get_info,
    pjmedia_aud_dev_info,
    pjmedia_aud_dev_refresh,
    pjmedia_aud_subsys_init,
    pjmedia_aud_subsys_shutdown,
    pjmedia_conf_get_master_port,
    pjmedia_master_port_create,
    pjmedia_master_port_destroy,
    pjmedia_master_port_start,
    pjmedia_master_port_stop,
    pjmedia_null_port_create,
    pjmedia_port_destroy,
    pjmedia_snd_port_connect,
    pjmedia_snd_port_create2,
    pjmedia_snd_port_destroy,
    pjmedia_snd_port_disconnect,
    pjmedia_snd_port_param,
    pjmedia_snd_port_param_default,
    pjmedia_snd_port_set_ec,
)
from sipsimple.pjproject.runtime cimport check, create_pool, pool_factory
from sipsimple.media.resources cimport Endpoint

from sipsimple.pjproject.errors import SIPCoreError


cdef class SoundCard:
    """The clock of a bridge. One thing moves it at a time: devices, or the null clock.

    For the endpoint alone, which calls one method at a time.
    """

    cdef int start(self, Endpoint *endpoint) except -1:
        """Create the null clock; nothing moves yet."""
        cdef pj_status_t status
        self.endpoint = endpoint
        with nogil:
            status = pjmedia_null_port_create(
                endpoint.pool, endpoint.sample_rate, 1, endpoint.samples_per_frame, 16,
                &self.null_port,
            )
            if status == PJ_SUCCESS:
                status = pjmedia_master_port_create(
                    endpoint.pool, self.null_port, pjmedia_conf_get_master_port(endpoint.conf),
                    0, &self.clock,
                )
        check(status, "could not create the clock of the bridge")
        return 0

    cdef int start_subsystem(self) except -1:
        """Load the sound drivers, which takes a while and lists all devices."""
        cdef pj_status_t status
        if self.subsystem_runs:
            return 0
        with nogil:
            status = pjmedia_aud_subsys_init(pool_factory())
        check(status, "could not start the sound system")
        self.subsystem_runs = True
        return 0

    cdef list devices(self, bint playback):
        """Names of the devices that can play, or record."""
        cdef pjmedia_aud_dev_info info
        cdef pj_status_t status
        cdef unsigned count
        cdef unsigned index
        self.start_subsystem()
        # Devices may have been plugged in meanwhile. Not while one is open: it would close.
        with nogil:
            if self.device == NULL:
                pjmedia_aud_dev_refresh()
            count = pjmedia_aud_dev_count()
        names = []
        for index in range(count):
            with nogil:
                status = pjmedia_aud_dev_get_info(index, &info)
            if status == PJ_SUCCESS and (info.output_count if playback else info.input_count):
                names.append(info.name.decode("utf-8", "surrogateescape"))
        return names

    cdef int find(self, object name, bint playback) except -3:
        """The number of a device by its name.

        Raises:
            SIPCoreError: There is no such device.
        """
        cdef pjmedia_aud_dev_info info
        cdef pj_status_t status
        cdef unsigned count
        cdef unsigned index
        if name is None:
            return PJMEDIA_AUD_DEFAULT_PLAYBACK_DEV if playback else PJMEDIA_AUD_DEFAULT_CAPTURE_DEV
        with nogil:
            count = pjmedia_aud_dev_count()
        for index in range(count):
            with nogil:
                status = pjmedia_aud_dev_get_info(index, &info)
            if status != PJ_SUCCESS:
                continue
            if not (info.output_count if playback else info.input_count):
                continue
            if info.name.decode("utf-8", "surrogateescape") == name:
                return index
        raise SIPCoreError(
            f"there is no {'playback' if playback else 'recording'} device {name!r}"
        )

    cdef int open(self, int playback, int recording, int tail_length) except -1:
        """Open devices and let them move the bridge, in place of whatever did.

        Raises:
            PJSIPError: They cannot be opened. Nothing moves the bridge then.
        """
        cdef pjmedia_snd_port_param parameters
        cdef Endpoint *endpoint = self.endpoint
        cdef pj_status_t status
        self.close()
        self.device_pool = create_pool("sound", 4000, 4000)
        if self.device_pool == NULL:
            raise MemoryError
        with nogil:
            pjmedia_snd_port_param_default(&parameters)
            parameters.base.dir = PJMEDIA_DIR_ENCODING_DECODING
            parameters.base.play_id = playback
            parameters.base.rec_id = recording
            parameters.base.clock_rate = endpoint.sample_rate
            parameters.base.channel_count = 1
            parameters.base.samples_per_frame = endpoint.samples_per_frame
            parameters.base.bits_per_sample = 16
            status = pjmedia_snd_port_create2(self.device_pool, &parameters, &self.device)
            if status == PJ_SUCCESS:
                status = pjmedia_snd_port_set_ec(self.device, self.device_pool, tail_length, 0)
            else:
                self.device = NULL
            if status == PJ_SUCCESS:
                status = pjmedia_snd_port_connect(
                    self.device, pjmedia_conf_get_master_port(endpoint.conf)
                )
        if status != PJ_SUCCESS:
            self.close()
        check(status, "could not open the sound devices")
        return 0

    cdef int open_null(self) except -1:
        """Let the null clock move the bridge, in place of whatever did."""
        cdef pj_status_t status
        self.close()
        with nogil:
            status = pjmedia_master_port_start(self.clock)
        check(status, "could not start the clock of the bridge")
        self.clock_runs = True
        return 0

    cdef int close(self) except -1:
        """Stop what moves the bridge. When this returns, nothing is in the bridge."""
        with nogil:
            if self.clock_runs:
                pjmedia_master_port_stop(self.clock)
            if self.device != NULL:
                pjmedia_snd_port_disconnect(self.device)
                pjmedia_snd_port_destroy(self.device)
                self.device = NULL
            if self.device_pool != NULL:
                pj_pool_release(self.device_pool)
                self.device_pool = NULL
        self.clock_runs = False
        return 0

    cdef int stop(self) except -1:
        """Undo `start()`, also one that failed half way."""
        self.close()
        with nogil:
            if self.clock != NULL:
                pjmedia_master_port_destroy(self.clock, False)
                self.clock = NULL
            if self.null_port != NULL:
                pjmedia_port_destroy(self.null_port)
                self.null_port = NULL
            if self.subsystem_runs:
                pjmedia_aud_subsys_shutdown()
        self.subsystem_runs = False
        return 0
