"""A server that answers each key as it says: /bucket/STEP.STEP.STEP/any. Prints its port, ends when standard input does.

Steps: a status; `skew`, `slow` and `hostile`, errors of S3; `close`, the connection is closed without an answer; `lost`,
the same, but the object is stored; `hang`, nothing. The last step is repeated. A HEAD has the mark of the stored object,
and /bucket/count?KEY tells how often a key was asked for.
"""

import asyncio
import collections
import os
import sys
import threading

counts = collections.Counter()
marks = {}
WORDS = {
    "skew": (403, "RequestTimeTooSkewed"),
    "slow": (503, "SlowDown"),
    "hostile": (400, "x\u202e[31m<&'" + "y" * 100),
}


def answer(status, body=b"", *headers):
    return "\r\n".join([f"HTTP/1.1 {status} X", f"Content-Length: {len(body)}", *headers, "", ""]).encode() + body


def error(code):
    code = code.replace("&", "&amp;").replace("<", "&lt;")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{code}</Code><Message>secret</Message></Error>'.encode()


async def serve(reader, writer):
    try:
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            method, path = head.split(" ")[:2]
            fields = dict(line.lower().split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line)
            await reader.readexactly(int(fields.get("content-length", 0)))
            path, _, query = path.partition("?")
            if path == "/bucket/count":
                writer.write(answer(200, str(counts["/bucket/" + query]).encode()))
                continue
            if method == "HEAD":
                writer.write(answer(200, b"", 'ETag: "found"', "x-amz-meta-attempt: " + marks.get(path, "none")))
                continue
            steps = path.split("/")[2].split(".")
            step = steps[min(counts[path], len(steps) - 1)]
            counts[path] += 1
            if step == "lost":
                marks[path] = fields.get("x-amz-meta-attempt", "")
            if step == "hang":
                await reader.read(1)
            if step in ("lost", "close", "hang"):
                return
            status, code = WORDS.get(step) or (int(step), "")
            writer.write(answer(status, error(code) if code else b"", 'ETag: "tag"'))
    except (ConnectionError, asyncio.IncompleteReadError):
        pass
    finally:
        writer.close()


async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.Event().wait()


def end_with_parent():
    sys.stdin.read()
    os._exit(0)


threading.Thread(target=end_with_parent, daemon=True).start()
asyncio.run(main())
