"""What surrounds the text of a document: signature, date, enclosures, recipients, the frame of a web page."""

import re
from collections.abc import Sequence

from .markers import Rank
from .paragraphs import LABEL_LINE, NOTE_LINE, Paragraph

_DATE_LINE = re.compile(r"^[（(]?(?:20\d\d|二[〇○零].{2})年.{1,3}月.{1,3}日[）)]?$")
_BEHIND = re.compile(
    rf"{_DATE_LINE.pattern}|^抄送|^主送|^[（(](?:此件|本件|此页无正文)|^.{{2,40}}20\d\d年\d+月\d+日印发$|^分送[:：]"
)
_WEB = re.compile(
    r"^(?:信息公开|公开(?:属性|方式|形式|类别)|主题词|打印|关闭|分享|收藏|扫一扫|上一篇|下一篇|上一条|下一条|责任编辑|编辑[:：]|来源[:：]"
    r"|审核[:：]|版权|浏览|阅读|点击|相关(?:链接|文件|解读|附件|稿件)|联系(?:人|电话|方式|我们)|网站|主办[:：]|承办[:：]|督办[:：])"
    r"|备案|ICP|网站|版权所有|公网安备|首页|打印本页|关闭窗口"
)
_ENCLOSURES = re.compile(r"^附(?:件|表)\d{0,2}[:：].")
_ANNEX = re.compile(
    r"^附(?:件|表)(?:[—\-]?(\d{1,2}|[一二三四五六七八九十]{1,2})(?:[—\-]\d)?[:：.]?(?:[^，。；：:]{2,40})?|[:：]?)$"
)
_SIGNATURE = re.compile(r"^[^，。；：（(]{2,30}$")
_ENTRY_LIMIT = 60


def annex_number(paragraph: Paragraph) -> int | None:
    """Returns which annex a heading line such as 附件2 begins (1 when it has no number), else None."""
    found = _ANNEX.match(paragraph.text)
    if not found or paragraph.cells or len(paragraph.text) > _ENTRY_LIMIT:
        return None
    return int(found.group(1)) if (found.group(1) or "").isdigit() else 1


def surroundings(paragraphs: Sequence[Paragraph]) -> set[int]:
    """Returns the positions of paragraphs that belong to no task, wherever a notice or an annex ends."""
    return _enclosures(paragraphs) | _behind_signatures(paragraphs) | set(range(_end(paragraphs), len(paragraphs)))


def _enclosures(paragraphs: Sequence[Paragraph]) -> set[int]:
    """附件：1.清单 with the entries below it, which are numbered like tasks."""
    found: set[int] = set()
    for index, paragraph in enumerate(paragraphs):
        if not _ENCLOSURES.match(paragraph.text) or paragraph.cells:
            continue
        found.add(index)
        is_counted = bool(re.search(r"[:：]\s*1[.．、]", paragraph.text))
        end = index + 1
        while end < len(paragraphs) and _is_entry(paragraphs[end]):
            end += 1
        if is_counted or _is_over(paragraphs, end):
            found.update(range(index, end))
    return found


def _is_over(paragraphs: Sequence[Paragraph], index: int) -> bool:
    """Whether nothing but a signature follows: a list of tasks below 附件：清单 goes on with its responsibilities."""
    if index >= len(paragraphs):
        return True
    text = paragraphs[index].text
    is_label = bool(LABEL_LINE.match(text)) and not _WEB.search(text)
    return not is_label and bool(_BEHIND.match(text) or _WEB.search(text) or _is_signature(paragraphs[index]))


def _is_entry(paragraph: Paragraph) -> bool:
    marker = paragraph.marker
    is_short = len(paragraph.text) <= _ENTRY_LIMIT and not re.search(
        r"[。；，：]|[（(].*[局委办].*[）)]", paragraph.text
    )
    return bool(marker and marker.rank == Rank.ITEM and is_short)


def _behind_signatures(paragraphs: Sequence[Paragraph]) -> set[int]:
    """From a signature and its date to the next number, table, annex or line of responsibility."""
    found: set[int] = set()
    is_behind = False
    for index, paragraph in enumerate(paragraphs):
        following = paragraphs[index + 1] if index + 1 < len(paragraphs) else None
        is_behind = is_behind and not _begins_text(paragraph)
        is_behind = is_behind or bool(_BEHIND.match(paragraph.text) and not paragraph.cells)
        if is_behind or (following and _DATE_LINE.match(following.text) and _is_signature(paragraph)):
            found.add(index)
    return found


def _begins_text(paragraph: Paragraph) -> bool:
    return bool(
        paragraph.marker
        or paragraph.cells
        or annex_number(paragraph) is not None
        or (LABEL_LINE.match(paragraph.text) and not _WEB.search(paragraph.text))
    )


def _is_signature(paragraph: Paragraph) -> bool:
    return bool(not paragraph.marker and not paragraph.cells and _SIGNATURE.match(paragraph.text))


def _end(paragraphs: Sequence[Paragraph]) -> int:
    """Returns where the closing lines behind the last task begin, read from the end."""
    end = len(paragraphs)
    while end and not paragraphs[end - 1].marker and not paragraphs[end - 1].cells:
        text = paragraphs[end - 1].text
        is_closing = _BEHIND.match(text) or _WEB.search(text) or _ENCLOSURES.match(text) or text == "附件"
        if NOTE_LINE.match(text) or len(text) > 200 or not is_closing:
            break
        end -= 1
    return end
