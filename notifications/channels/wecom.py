"""WeCom (企业微信) group robot: the key in the address is its only secret."""

from typing import ClassVar

from notifications.channels.robots import Robot


class WeComRobot(Robot):
    """20 messages a minute; 45009 beyond. 93000: no such robot; 40058, 44004: the text does not suit."""

    limited: ClassVar[frozenset[int]] = frozenset({45009, 45033})
    permanent: ClassVar[frozenset[int]] = frozenset({93000, 40008, 40058, 44004, 301019})
