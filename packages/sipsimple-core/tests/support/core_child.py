"""Runs one scenario of a test: `core_child.py FILE FUNCTION`, pickled arguments on stdin."""

import faulthandler
import importlib.util
import os
import pickle
import sys
from pathlib import Path

# What the tests of the whole repository share.
sys.path.append(str(Path(__file__).resolve().parents[4] / "tests" / "support"))


def main() -> None:
    file, function = sys.argv[1:]
    # What the scenario prints is for people; the result has the real standard output.
    result_file = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    faulthandler.enable()
    arguments = pickle.load(sys.stdin.buffer)
    specification = importlib.util.spec_from_file_location(Path(file).stem, file)
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    sys.modules[Path(file).stem] = module
    specification.loader.exec_module(module)
    result = getattr(module, function)(*arguments)
    driver = sys.modules.get("core_driver")
    if driver is not None:
        # Of drivers that were neither stopped nor left.
        driver.check.verify()
    with result_file:
        pickle.dump(result, result_file)


if __name__ == "__main__":
    main()
