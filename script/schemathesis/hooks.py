"""Half of the paths asked for are filled with things that are there: made-up ones are found nowhere."""

import json
import os
import zlib

import schemathesis

KNOWN = json.loads(os.environ["MARU_TEST_KNOWN"])


@schemathesis.hook
def map_path_parameters(context, path_parameters):
    parts = context.operation.path.strip("/").split("/")
    for name, value in (path_parameters or {}).items():
        # By the made-up value, so that a seed always asks the same.
        number = zlib.crc32(repr(value).encode())
        at = parts.index("{" + name + "}")
        things = KNOWN.get(parts[at - 1])
        if things and number % 2 == 0:
            path_parameters[name] = things[number // 2 % len(things)]
    return path_parameters
