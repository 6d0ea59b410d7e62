"""Numbers to be reached, and numbers that only describe."""

import pytest

from workflow.importing.targets import read_targets


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("优良天数比例达到76.5%", (">=", 76.5, "%")),
        ("清洁运输比例达到80%以上", (">=", 80, "%")),
        ("重污染天数比例低于0.8%", ("<", 0.8, "%")),
        ("优良率不低于90%", (">=", 90, "%")),
        ("漏损率不超过8%", ("<=", 8, "%")),
        ("漏损率控制在8%以内", ("<=", 8, "%")),
        ("细颗粒物浓度降至38微克/立方米", ("<=", 38, "微克/立方米")),
        ("细颗粒物浓度控制在46微克/立方米以下", ("<=", 46, "微克/立方米")),
        ("进入全国168个重点城市前100名", ("<=", 100, "名")),
        ("力争进入全省前十位", ("<=", 10, "位")),
        ("完成修复长度13.8公里", (">=", 13.8, "公里")),
        ("风电装机达到260万千瓦以上", (">=", 260, "万千瓦")),
        ("完成修复4032亩", (">=", 4032, "亩")),
        ("完成21,825亩历史遗留矿山治理", (">=", 21825, "亩")),
        ("完成保护区内196个村庄生活污水治理", (">=", 196, "个村庄")),
        ("在2020年基础上提高5个百分点以上", (">=", 5, "个百分点")),
        ("投诉量下降20%以上", (">=", 20, "%")),
        ("每年建设1~2条省级幸福河湖", (">=", 1, "条")),
        ("抽检货车不少于3000辆次", (">=", 3000, "辆次")),
        ("建成10座以上加氢站", (">=", 10, "座")),
        ("淘汰35蒸吨/小时以下燃煤锅炉20台", (">=", 20, "台")),
        ("完成1.2万户散煤替代", (">=", 1.2, "万户")),
        ("完成2台1000兆瓦机组改造", (">=", 2, "台")),
        ("达标率保持在95%左右", ("=", 95, "%")),
        ("利用率达到80%—85%", (">=", 80, "%")),
        ("利用率达到80~85%", (">=", 80, "%")),
        ("治理3至5处", (">=", 3, "处")),
        ("覆盖裸土500亩", (">=", 500, "亩")),
        ("安装监测设备30套", (">=", 30, "套")),
    ],
)
def test_a_number_and_its_bound(text: str, expected: tuple[str, float, str]) -> None:
    found = read_targets(text)
    assert [(one.comparator, one.value, one.unit) for one in found] == [expected]


@pytest.mark.parametrize(
    "text",
    [
        "年运量150万吨以上的物流园区原则上接入专用线",
        "关停整合30万千瓦以上热电联产机组供热半径内的小机组",
        "生化需氧量浓度高于100毫克/升的污水处理厂",
        "在全国168个重点城市中排名提升",
        "PM2.5和O3协同控制",
        "2025年9月底前完成",
        "按照《方案（2023—2025年）》执行",
        "第3批典型案例",
        "绩效分级A级水平",
        "依据豫政办〔2023〕33号",
    ],
)
def test_numbers_that_only_describe(text: str) -> None:
    assert read_targets(text) == []


def test_several_numbers_of_a_clause() -> None:
    found = read_targets("2023年年底完成80%入河排污口溯源及30%整治任务。")
    assert [one.value for one in found] == [80, 30]


def test_the_text_is_the_clause_without_the_number_of_a_measure() -> None:
    assert read_targets("加强治理。2.完成清淤35公里，纳入管护。")[0].text == "完成清淤35公里"


def test_whole_values_are_written_without_a_point() -> None:
    assert repr(read_targets("完成修复4032亩")[0].as_json()["value"]) == "4032"
    assert repr(read_targets("达到76.5%")[0].as_json()["value"]) == "76.5"
