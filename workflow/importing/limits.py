"""Time limits printed among the parties of a clause: （市水利局牵头，2025年6月底前完成）, （…；持续推进）."""

import re
from collections.abc import Callable

_DAY = (
    r"(?:(?:20\d\d|二[〇○零]..)年度?|今年|本年度?|当年|明年|次年|同年)?"
    r"(?:年?[底末]|年内|年中|[上下]半年|第?[一二三四1-4]个?季度[末底]?|\d{1,2}月份?(?:\d{1,2}[日号]|[底末中初]|[上中下]旬)?"
    r"|汛期|采暖季|采暖期|秋冬季)"
)
_MOMENT = (
    rf"(?:20\d\d[./-]\d{{1,2}}(?:[./-]\d{{1,2}})?|{_DAY}|20\d\d年度?"
    r"|[“\"]?十[二三四五六]五[”\"]?(?:期间|时期|期末|末)"
    r"|(?:[自从]?(?:本|该)?(?:方案|计划|通知|文件|意见)?(?:印发|发布|下发|实施)(?:之日|后)?起?)?(?:\d{1,3}|[一二两三四五六七八九十]{1,3})(?:个月|个?工作日|日|天|周|年)(?:之|以)?内)"
)
_DONE = r"(?:(?:基本|全部|全面|力争|率先|限期)*(?:完成|建成|落实到位|整改到位|到位|实现|办结|销号))?"
_LIMIT = re.compile(
    rf"(?:于|在|须|需|应|力争|确保|计划|原则上|完成时限)*(?:每年|到|至|截至|截止)?{_MOMENT}"
    rf"(?:(?:[—–\-－~～至到]|年至){_MOMENT})?(?:之前|以前|前|止|为止)?{_DONE}"
)
_LASTING = re.compile(
    r"(?:并|且|需|要|须|应|均|全年|立行立改)*(?:长期|持续|常态化?|常年|全年|经常性?|每年|每月|每季度?|每半年|立行立改|立即整改|即知即改)"
    r"(?:化|性|地)?(?:坚持|推进|开展|实施|保持|任务|落实|执行|进行|整改|推动|巩固|改进|完成|一次)*(?:[、并和及](?:长期|持续).{0,4})?"
)


def split_limit(segment: str, names_party: Callable[[str], bool]) -> tuple[str, str]:
    """Returns (what is left for the parties, the time limit as printed or an empty string).

    A segment that begins with a day and names nobody behind it is a limit as a whole: 2024年底前完成30家.
    """
    bare = segment.strip("“”（）() ")
    if _LASTING.fullmatch(bare):
        return "", segment
    first = _LIMIT.search(segment)
    if not first:
        return segment, ""
    if not first.start() and not names_party(segment[first.end() :]):
        return "", segment
    limits = [found.group() for found in _LIMIT.finditer(segment)]
    # 市住建局6月底前、市城管局9月底前完成: one limit each.
    return re.sub(r"^、+|、+$", "", _LIMIT.sub("、", segment)).strip(), "，".join(limits)
