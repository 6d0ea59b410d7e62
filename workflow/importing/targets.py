"""Numbers to be reached: 达到76.5%, 低于0.8%, 前100名, 21825亩. Conditions such as 年运量150万吨以上的 are none."""

import re
from collections.abc import Iterator

from .dates import mask_citations
from .markers import find_marker
from .numerals import chinese_to_int
from .reading import Target, unique

_NUMBER = (
    r"(?P<value>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
    r"(?:(?:%|‰|[万亿千百])?[~～—–\-至到]{1,2}(?P<upper>\d+(?:\.\d+)?)(?=[^\d年月日.]))?"
)
_MASS = r"[微毫纳千]?克|吨(?:标准煤|标煤)?|公斤"
_NOUNS = "行政村|自然村|村庄|村|乡镇|县|区|社区|项目|企业|点位|断面|小区|站|百分点|工业园区|园区|厂|水体|水源地|案例"
_AREA = "平方公里|平方千米|平方米|立方米/[日秒]|立方米|公里|千米|米|公顷|亩"
_POWER = "兆瓦时?|千瓦时?|千伏安|瓦"
_COUNT = "人次|人|户次|户|株|辆次|辆|台|套|座|处|家次|家|条|项|件|次|场|支|名|所|批|头|口|天|小时|分贝|倍|眼|宗|度|元"
_UNIT = (
    rf"%|‰|个(?:{_NOUNS})?|[万亿千百]*(?:{_AREA}|{_POWER}|(?:{_MASS})(?:/(?:立方米|升|小时|日|天|年))?"
    rf"|蒸吨(?:/小时)?|{_COUNT})"
)
_BOUND = r"(?P<bound>及?以上|及?以下|以内|之内|左右)?"
_AMOUNT = re.compile(rf"(?<![A-Za-z.\d第]){_NUMBER}(?P<unit>{_UNIT}){_BOUND}")
_TRIGGERS: tuple[tuple[str, str], ...] = (
    ("不低于|不少于|不小于|不得低于|不得少于|至少", ">="),
    (
        "不超过|不高于|不大于|不多于|控制在|控制到|降至|降到|下降到|下降至|减少到|减少至|压减到|降低到|降低至|压减至|最多",
        "<=",
    ),
    ("低于|小于|少于", "<"),
    ("高于|超过|大于|多于|突破", ">"),
    (
        "达到或优于|达到或好于|达到|达|提高到|提高至|提升到|提升至|增加到|增加至|增至|升至|扩大到|保持在|稳定在|维持在",
        ">=",
    ),
    ("提高|提升|下降|降低|减少|增长|增加|压减|削减|增幅|降幅|实现|为", ">="),
)
_STRONG = re.compile("|".join(f"(?P<T{index}>{words})" for index, (words, _c) in enumerate(_TRIGGERS)))
_BETWEEN = re.compile(r"(?:率|力争|约|近|到|至|了|全国|全省|累计|均|分别)*$")
_QUANTITY = re.compile(
    "完成|建成|建设|新建|改建|扩建|新增|治理|整治|修复|恢复|淘汰|改造|推广|创建|打造|关停|拆除|压减|栽植|造林|植树|绿化"
    "|清理|安装|更新|配备|培育|实施|消除|退出|清零|搬迁|替代|开展|推进|补充|增殖|布设|达到|每年|启动|谋划|储备|销号"
    "|覆盖|划定|设置|设立|联网|封堵|封井|铺设|购置|处置|回收|排查|巡查|检查|培训|认定|编制|接入|打通|复绿|抽检|抽测|配套|种植|植绿|清淤|疏浚|疏通|建(?![议筑立档账制])"
)
_RANK = re.compile(r"前(?P<value>\d{1,3}|[一二三四五六七八九十]{1,3})(?P<unit>名|位)")
_CONDITION = re.compile(r"^(?:的(?!目标|水平|比例|任务|标准)|[\u4e00-\u9fff])")
_COUNTED = re.compile(r"^(?:个|条|座|家|台|辆|处|项|套|户|所|件|次|场|%)")
# How far a verb reaches; a clause of an official document is shorter.
_REACH = 120
_CLAUSE = re.compile(r"[^，。；：！？\ue001]+")


def read_targets(text: str) -> list[Target]:
    """Returns the numeric targets in the healed text of a task, in printed order."""
    masked = mask_citations(text)
    found: list[Target] = []
    for clause in _CLAUSE.finditer(masked):
        found += _targets_of(clause.group())
    return unique(found)


def _targets_of(clause: str) -> Iterator[Target]:
    for found in _RANK.finditer(clause):
        value = chinese_to_int(found["value"])
        if value:
            yield Target(_text(clause), "<=", float(value), found["unit"])
    taken = 0
    for found in _AMOUNT.finditer(clause):
        if _is_year_part(clause, found):
            continue
        comparator = _comparator(clause, found, taken)
        taken = found.end()
        if comparator:
            yield Target(_text(clause), comparator, float(found["value"].replace(",", "")), found["unit"])


def _text(clause: str) -> str:
    """Leaves out the number of a measure the clause begins with."""
    marker = find_marker(clause)
    return clause[len(marker.printed) if marker else 0 :].strip()


def _is_year_part(clause: str, found: re.Match[str]) -> bool:
    return bool(re.match(r"[年月日号届]", clause[found.end("value") :]))


def _comparator(clause: str, found: re.Match[str], taken: int) -> str | None:
    """Returns how the number bounds the result, or None when it only describes something."""
    before = clause[max(0, found.start() - _REACH) : found.start()]
    after = clause[found.end() : found.end() + _REACH]
    strong = _last(_STRONG, before)
    if strong and _BETWEEN.match(before[strong.end() :]):
        if re.match(r"的(?!目标|水平|比例|任务|标准)", after):
            return None
        base = _TRIGGERS[int((strong.lastgroup or "T0")[1:])][1]
        return _bounded(base, found["bound"])
    if found.start() == taken and taken:
        # 2台1000兆瓦: the second number describes what the first one counts.
        return None
    if not _QUANTITY.search(before) or _is_condition(found, after):
        return None
    return _bounded(">=", found["bound"])


def _is_condition(found: re.Match[str], after: str) -> bool:
    """30万千瓦以上热电联产机组 is a condition; 10座以上加油站 and 80%的排污口 are amounts."""
    if re.match(r"的(?!目标|水平|比例|任务|标准)", after):
        return bool(found["bound"]) or not _COUNTED.match(found["unit"])
    return bool(found["bound"] and _CONDITION.match(after) and not _COUNTED.match(found["unit"]))


def _bounded(comparator: str, bound: str | None) -> str:
    if bound in ("以下", "及以下", "以内", "之内"):
        return "<="
    return "=" if bound == "左右" else comparator


def _last(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    return next(reversed(list(pattern.finditer(text))), None)
