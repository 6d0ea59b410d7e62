"""Those of the system; only how long notices wait for one another may be told."""

from config.settings import *  # noqa: F403
from config.settings import GROUP_WAIT, env

GROUP_WAIT = env.int("GROUP_WAIT", default=GROUP_WAIT)
