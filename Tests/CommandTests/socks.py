"""A SOCKS 5 proxy that leads everybody to one port. Usage: socks.py PORT FILE; ends when standard input does.

Prints its own port, and adds a line to FILE for each connection: user, password, host.
"""

import asyncio
import os
import sys
import threading


async def pump(reader, writer):
    try:
        while piece := await reader.read(65536):
            writer.write(piece)
            await writer.drain()
    except ConnectionError:
        pass
    finally:
        writer.close()


async def proxy(reader, writer):
    try:
        _, count = await reader.readexactly(2)
        methods = await reader.readexactly(count)
        user = password = b""
        if 2 in methods:
            writer.write(b"\x05\x02")
            _, size = await reader.readexactly(2)
            user = await reader.readexactly(size)
            password = await reader.readexactly((await reader.readexactly(1))[0])
            writer.write(b"\x01\x00")
        else:
            writer.write(b"\x05\x00")
        _, _, _, kind = await reader.readexactly(4)
        host = await reader.readexactly({1: 4, 4: 16}.get(kind) or (await reader.readexactly(1))[0])
        await reader.readexactly(2)
        with open(sys.argv[2], "ab") as file:
            file.write(b" ".join((user, password, host)) + b"\n")
        there = await asyncio.open_connection("127.0.0.1", int(sys.argv[1]))
        writer.write(b"\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00")
        await asyncio.gather(pump(reader, there[1]), pump(there[0], writer))
    except (ConnectionError, asyncio.IncompleteReadError):
        writer.close()


async def main():
    server = await asyncio.start_server(proxy, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.Event().wait()


def end_with_parent():
    sys.stdin.read()
    os._exit(0)


threading.Thread(target=end_with_parent, daemon=True).start()
asyncio.run(main())
