"""Runs one test function in this process: `media_runner.py FILE FUNCTION ARGUMENTS-AS-JSON`."""

import faulthandler
import importlib.util
import json
import sys
from pathlib import Path


def main():
    file, function, arguments = sys.argv[1:]
    faulthandler.enable()
    # A test that hangs shows where, shortly before the deadline in conftest.py.
    faulthandler.dump_traceback_later(55, exit=True)
    sys.path.insert(0, str(Path(__file__).parent))
    from media_helper import Media

    spec = importlib.util.spec_from_file_location("module_under_test", file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    media = Media()
    values = json.loads(arguments)
    if "tmp_path" in values:
        values["tmp_path"] = Path(values["tmp_path"])
    try:
        getattr(module, function)(media, **values)
    finally:
        media.close()
    media.check()


main()
