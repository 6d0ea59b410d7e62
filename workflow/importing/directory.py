"""The organisations a document may name, and which of them a printed name means. No input or output."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from .abbreviations import SAME_NAME

_NOTE = re.compile(r"[（(〔\[［【][^）)〕\]］】]*[）)〕\]］】]")
_SPACE = re.compile(r"\s+")
_GOVERNMENT = re.compile(r"(?<=.{2})(?:人民政府|党委政府|党工委管委会|政府|管理委员会|管委会|委员会)$")
# 市场监督管理局 and 市政园林局 begin with 市 without being "of the city".
_LEVEL = re.compile(
    r"^(?:省(?!会|级)|自治区|市(?!场|监局|政[公园工设]|容|民|辖|属|直)|州|盟|县(?!域|级)|区(?!域|级))(?=.{2})"
)
# 晋城市 is a city; 市城市管理局 and 卧龙区城市管理局 do not begin with one.
_CITY = re.compile(r"^(?:(?![市县区省]|城市[管综更建])[\u4e00-\u9fff]){2,7}?(?:市|自治州|地区|盟)(?=.{2})")
_GROUP_OF = {name: index for index, names in enumerate(SAME_NAME) for name in names}


@dataclass(frozen=True)
class Organisation:
    """A department or a jurisdiction; ``is_county`` tells a statutory county from a management committee."""

    name: str
    aliases: tuple[str, ...] = ()
    is_jurisdiction: bool = False
    is_county: bool = False
    valid_from: date | None = None
    valid_to: date | None = None

    def is_valid(self, on: date | None) -> bool:
        """Whether the organisation exists on a day; without a day every organisation does."""
        if on is None:
            return True
        return (self.valid_from is None or self.valid_from <= on) and (self.valid_to is None or on <= self.valid_to)


def level_of(name: str) -> str:
    """Returns the level a name begins with (市 of 市水利局), or an empty string."""
    found = _LEVEL.match(name)
    return found.group() if found else ""


class Directory:
    """Finds the organisation a printed name means; an unclear name means nobody."""

    def __init__(self, organisations: Iterable[Organisation]) -> None:
        self._organisations = tuple(organisations)
        self._exact: dict[str, list[Organisation]] = defaultdict(list)
        self._plain: dict[str, list[Organisation]] = defaultdict(list)
        self._grouped: dict[int, list[Organisation]] = defaultdict(list)
        for organisation in self._organisations:
            self._index(organisation)

    def match(self, printed_name: str, city: str = "") -> Organisation | None:
        """Returns the one organisation a printed name means, or None.

        ``city`` is the full name of the document's own city (南阳市); without it any city's name in front of a
        department is taken for the own one, unless it is a jurisdiction of this directory.
        """
        printed = _clean(printed_name)
        level, plain = self._split(printed, city)
        return (
            _only(self._exact.get(printed))
            or self._of_level(self._plain.get(plain), level)
            or self._of_level(self._grouped.get(_GROUP_OF.get(plain, -1)), level)
            or self._shortened(printed)
        )

    def jurisdictions(self, on: date | None = None) -> list[Organisation]:
        """Returns the counties and management committees that exist on a day, in the given order."""
        return [found for found in self._organisations if found.is_jurisdiction and found.is_valid(on)]

    def _index(self, organisation: Organisation) -> None:
        for name in (organisation.name, *organisation.aliases):
            cleaned = _clean(name)
            self._exact[cleaned].append(organisation)
            plain = cleaned if organisation.is_jurisdiction else self._split(cleaned, "")[1]
            plain = _GOVERNMENT.sub("", plain) if organisation.is_jurisdiction else plain
            self._plain[plain].append(organisation)
            if plain in _GROUP_OF:
                self._grouped[_GROUP_OF[plain]].append(organisation)

    def _split(self, name: str, city: str) -> tuple[str, str]:
        """Splits a cleaned name into its level and the rest that is compared."""
        without_city = self._without_city(name, city)
        if without_city != name:
            own = city[-1:] if city.endswith(("县", "旗", "州", "盟")) else "市"
            return own, _without_government(_LEVEL.sub("", without_city))
        level = level_of(name)
        return level, _without_government(name.removeprefix(level))

    def _without_city(self, name: str, city: str) -> str:
        if city:
            return name.removeprefix(city) if len(name) > len(city) + 1 else name
        found = _CITY.match(name)
        if not found or self._exact.get(found.group()):
            return name
        return name[found.end() :]

    def _of_level(self, found: list[Organisation] | None, level: str) -> Organisation | None:
        """Keeps 省生态环境厅 from meaning 市生态环境局: a level that is printed on both sides must agree."""
        fitting = [one for one in found or () if _levels_agree(level, one)]
        return _only(fitting)

    def _shortened(self, printed: str) -> Organisation | None:
        """Reads 桐柏 as 桐柏县."""
        if len(printed) < 2:
            return None
        return _only([one for one in self._organisations if one.is_county and one.name[:-1] == printed])


def _levels_agree(level: str, organisation: Organisation) -> bool:
    own = "" if organisation.is_jurisdiction else level_of(organisation.name)
    return not level or not own or level == own


def _clean(name: str) -> str:
    return _SPACE.sub("", _NOTE.sub("", name)).strip("，,、；;。：:")


def _without_government(name: str) -> str:
    """Drops 人民政府 or 管委会 behind a place, never the 委员会 of a department."""
    shorter = _GOVERNMENT.sub("", name)
    return shorter if shorter.endswith(("县", "区", "市", "旗", "州", "园", "港", "新城")) else name


def _only(found: list[Organisation] | None) -> Organisation | None:
    distinct = list(dict.fromkeys(found or ()))
    return distinct[0] if len(distinct) == 1 else None
