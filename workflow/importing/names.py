"""Lists of printed names: splits them, restores the level that is printed only once, recognises open groups."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from .brackets import CLOSERS, OPENERS
from .directory import Directory, level_of
from .reading import OpenGroup

_O, _C = re.escape(OPENERS), re.escape(CLOSERS)
_NOTE = rf"(?:[{_O}][^{_O}{_C}]{{0,20}}[{_C}]|[{_O}][市区县旗、，]{{1,5}}(?=人民|政府|管委))"
_WHO = r"(?:党委|党工委|党政|人民政府|政府|管理委员会|管委会)"
_COUNTY = r"(?:县级|县市区|市县区|区县市|县区|区县|旗县区|旗县|市区|县|区|旗)"
_ENDING = r"[、，；。及和]|牵头|负责|具体|按|配合|组织|落实|$"
_MORE = rf"(?:[、,，]?{_NOTE}?[市区县旗]{{1,2}}[{_C}]?(?=[{_O}]|{_WHO}|{_ENDING}))*"
_ZONE = r"(?:开发区|功能区|园区|示范区|工区|产业集聚区|先进制造业开发区)"
_AFTER = (
    rf"(?:{_NOTE}?[、和及/]?(?:各)?{_ZONE}?{_WHO})*"
    rf"(?:[{_O}][^{_O}{_C}]{{0,12}}(?:管委会|管理委员会|开发区|功能区|区)[{_C}]?)?"
)
_SOME = r"(?:有关|相关|涉及|属地|所在地?|其他|其余|部分|重点|所属)的?"
# 各县〔市、区〕政府〔管委会〕, 各县（市、区）人民政府, 各县区, 县（市、区）政府 …
_ALL = re.compile(
    rf"(?:{_SOME}各?|各(?:地)?|(?<![\u4e00-\u9fff])(?={_COUNTY}[{_O}][市县区、，旗]+)){_COUNTY}{_NOTE}?{_MORE}{_AFTER}"
)
_BOTH_LEVELS = re.compile(r"(?:省、)?市、县(?:（市、区）|、乡)?(?:两|三|各)级[^，、；。牵负配参]{0,14}")
_ONLY_SOME = re.compile(r"除[^，；。]{1,20}(?:以?外的?)[，,]?$")
_LOCAL = re.compile(r"^(?:县级|县市区|市县区|区县|县区|旗县区)(?:人民)?(?:政府)?$")
_TOWN_WORDS = (
    rf"(?:乡镇街道|镇街道|乡镇|街镇|镇街|乡|镇|街道)(?:[{_O}、和]*(?:街道|街道办|街道办事处|镇|办事处|街办)[{_C}]?)*"
    rf"(?:人民政府|政府|党委政府|办事处|街道办事处|街道办|街办|办)?(?:[{_O}、和]+各?(?:街道)?(?:办事处|街道|街道办|园区|管委会)[{_C}]?)*"
)
_TOWNS = re.compile(rf"(?:{_SOME}各?|各){_TOWN_WORDS}")
_TOWN = re.compile(rf"^各?{_TOWN_WORDS}$")
_OPEN = re.compile(
    r"^(?:由|及|和)?.{0,10}(?:相关|有关|各|其他|其余|成员|责任|属地|主管|行业|涉及|所在|直属).{0,14}"
    r"(?:部门|单位|企业|公司|机构|委办局|业主|地方|地区|县|区|市|政府|管委会|乡镇|乡|镇|街道|办事处|分局|园区|开发区)$"
)
_ANY = re.compile(r"^各.{1,12}$|^(?:新闻媒体|重点企业|排污单位|物业公司|施工单位|运营单位|建设单位|业主单位|用地单位)$")
_PLACE = re.compile(r"(?:[县区市旗州]|乡|镇|街道|开发区|示范区|管委会|园区|工区)$")
_STRONG = re.compile(
    r"(?:局|委|厅|署|办|办公室|委员会|中心|支队|大队|总队|分局|公司|集团|法院|检察院|院|银行|学校|大学|学院|协会|总站|站|所|处|队|社|部|会|海关|[分支]行|妇联|科协|工商联|团[省市县区]委|枢纽|段|厂|馆|校|台|报|局集团)$"
)
# Bodies that do not belong to the city: neither takes its level from the list nor gives the list its own.
_STRANGER = re.compile(
    r"^(?:国家|国网|国能|中央|中国|全国|驻|人民银行|人行|团[省市县区]|武警|生态环境部|公安部|水利部|财政部|央企|中石|大唐|华能)"
    r"|海关|水利枢纽|高速|铁路|水文|海事|民航|机场|航道|南水北调中线|流域"
    r"|(?:公司|集团|银行|[分支]行|大学|学院|学校|医院|协会|商会|学会|研究院|管理段|电厂|分局|油田|监狱|军分区|报社|晚报)$"
)
# 推动环保社会(组织参与): a verb in front or a common noun at the end is no organisation.
_NO_NAME = re.compile(
    r"^\d|^(?:[市县区省])?(?:推动|引导|鼓励|加强|加快|推进|建立|健全|完善|强化|开展|通过|依托|坚持|提高|提升|确保|促进|制定|严格|进一步|积极|充分|深入)"
    r"|(?:社会|机会|大会|例会|台账)$"
)
_ETC = re.compile(
    r"等(?:\d{1,2}个|[一二三四五六七八九十]个|多个)?(?:有关|相关)?(?:部门|单位|市直部门|市直单位|市直有关部门)?$"
)
_LEADING = re.compile(
    r"^(?:(?:此|该|本|这|以上|上述|本条|各)?项?(?:工作|任务|行动|事项)?由|由|会同|联合|以及|及|和|与|其中|同时|并)(?=.{2})"
)
_AND = re.compile(r"以及|[及和与]")
_STUCK = re.compile(r"(?<=[局委办厅])(?=市[\u4e00-\u9fff]{2,}(?:局|委|办|厅|中心)$)")
_GOVERNMENT = re.compile(r"(?<=[\u4e00-\u9fff][县区市旗])(?:人民政府|党委政府|政府)$|(?<=区)(?:管委会|管理委员会)$")
_WRAPPED = re.compile(
    r"\s+(?=(?:人民政府|政府|管委会|管理委员会|办事处|局|委员会)(?:[、，；\s（]|$))|(?<=[和与])\s+(?=[\u4e00-\u9fff])"
)
_MARK = "\ue000"


@dataclass(frozen=True)
class PrintedName:
    """A name of a list: completed, with the organisation it means, or an open group."""

    name: str
    department: str | None = None
    group: OpenGroup | None = None
    is_place: bool = False

    @property
    def is_plausible(self) -> bool:
        """Whether this can be a party at all, not some other words in front of 负责."""
        if self.group or self.department:
            return True
        is_name = 2 < len(self.name) <= 24 and not _NO_NAME.search(self.name)
        return is_name and bool(_STRONG.search(self.name) or self.is_place)


@dataclass
class NameReader:
    """Reads the names of one clause; the level (市, 省) printed once holds for the names after it."""

    directory: Directory
    city: str = ""
    level: str = ""
    is_open_ended: bool = False

    def read(self, text: str) -> list[PrintedName]:
        """Returns the names of a list such as 市发展改革委、财政局、各县〔市、区〕政府."""
        groups: list[tuple[str, OpenGroup]] = []
        masked = self._mask_groups(self._unwrapped(text), groups)
        return [self._name(piece, groups) for piece in self._pieces(masked)]

    def _unwrapped(self, text: str) -> str:
        """Joins a name that a narrow cell breaks: 各县区 人民政府, 市自然资源和 规划局, 市公 安局."""
        parts = re.split(r"\s+", _WRAPPED.sub("", text.strip()))
        joined = parts[:1]
        for part in parts[1:]:
            tail, head = re.split(r"[、，,；;]", joined[-1])[-1], re.split(r"[、，,；;]", part)[0]
            is_whole = self.directory.match(tail, self.city) or self.directory.match(head, self.city)
            if tail and not is_whole and self.directory.match(tail + head, self.city):
                joined[-1] += part
            else:
                joined.append(part)
        return " ".join(joined)

    def _mask_groups(self, text: str, groups: list[tuple[str, OpenGroup]]) -> str:
        """Hides 各县〔市、区〕 behind a sign, so that its own 、 does not divide the list."""

        def hide(found: re.Match[str]) -> str:
            except_for = _ONLY_SOME.search(found.string[: found.start()])
            is_all = found.re is _ALL and not except_for and not re.match(_SOME, found.group())
            kind = OpenGroup.ALL_JURISDICTIONS if is_all else OpenGroup.DEPARTMENTS_UNRESOLVED
            groups.append(((except_for.group() if except_for else "") + found.group(), kind))
            return f"、{_MARK}{len(groups) - 1}、"

        hidden = _TOWNS.sub(hide, _ALL.sub(hide, _BOTH_LEVELS.sub(hide, text)))
        return re.sub(_ONLY_SOME.pattern.replace("$", f"(?=、{_MARK})"), "", hidden)

    def _pieces(self, masked: str) -> Iterable[str]:
        without_notes = re.sub(rf"[{_O}][^{_O}{_C}]*[{_C}]", "", masked)
        for piece in re.split(r"[、，,；;/\s。]+", without_notes):
            piece = piece.strip(OPENERS + CLOSERS + "：:“”")
            for part in _STUCK.split(self._without_etc(piece)):
                yield from self._divided(_LEADING.sub("", part))

    def _without_etc(self, piece: str) -> str:
        shorter = _ETC.sub("", piece)
        self.is_open_ended = self.is_open_ended or shorter != piece
        return shorter

    def _divided(self, piece: str) -> Iterable[str]:
        """Divides at 和 only between two names: 工业和信息化局 is one."""
        for found in _AND.finditer(piece):
            left, right = piece[: found.start()], piece[found.end() :]
            if len(right) > 2 and (left.endswith(("局", "委", "办", "厅", "中心", "县", "政府")) or _MARK in left):
                yield from (left, *self._divided(right))
                return
        if len(piece) > 1:
            yield piece

    def _name(self, piece: str, groups: list[tuple[str, OpenGroup]]) -> PrintedName:
        if piece.startswith(_MARK):
            text, kind = groups[int(piece[1:])]
            return PrintedName(text, group=kind)
        shorter = _GOVERNMENT.sub("", piece)
        # With a level in force 农业农村局 behind 县住建局 is the county's, not the city's.
        found = self.directory.match(self._completed(shorter), self.city)
        if not found and _LOCAL.match(piece):
            return PrintedName(piece, group=OpenGroup.ALL_JURISDICTIONS)
        if not found and (_OPEN.match(piece) or _TOWN.match(piece) or _ANY.match(piece)):
            return PrintedName(piece, group=OpenGroup.DEPARTMENTS_UNRESOLVED)
        is_place = found.is_jurisdiction if found else bool(_PLACE.search(shorter))
        name = shorter if is_place else self._completed(shorter)
        if level_of(name) and not is_place and not _STRANGER.search(name):
            self.level = level_of(name)
        elif self.city and name.startswith(self.city):
            self.level = self.city[-1:]
        return PrintedName(name, found.name if found else None, is_place=is_place)

    def _completed(self, name: str) -> str:
        """Puts the level of the list in front of a name that lacks it; strangers and places keep their name."""
        own = level_of(name) or (self.city and name.startswith(self.city))
        if own or not self.level or name.startswith("省") or _STRANGER.search(name) or _PLACE.search(name):
            return name
        return self.level + name
