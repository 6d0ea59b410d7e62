"""Ways to treat a client badly; each returns False: this connection is over."""

import socket
import struct
from asyncio import StreamReader, StreamWriter

RST_INSTEAD_OF_FIN = struct.pack("ii", 1, 0)


async def hang_up(writer: StreamWriter) -> bool:
    writer.close()
    return False


async def reset(writer: StreamWriter) -> bool:
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RST_INSTEAD_OF_FIN)
    writer.transport.abort()
    return False


async def never_answer(reader: StreamReader) -> bool:
    """Until the client has had enough."""
    while await reader.read(65536):
        pass
    return False
