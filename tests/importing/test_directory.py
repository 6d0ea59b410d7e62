"""Which organisation a printed name means, and which names mean nobody."""

from datetime import date

import pytest

from workflow.importing.directory import Directory, Organisation


@pytest.mark.parametrize(
    ("printed", "name"),
    [
        ("市发展改革委", "市发展改革委"),
        ("市发改委", "市发展改革委"),
        ("发改委", "市发展改革委"),
        ("发展和改革委员会", "市发展改革委"),
        ("南阳市发展和改革委员会", "市发展改革委"),
        ("工信局", "市工业和信息化局"),
        ("市住建局", "市住房和城乡建设局"),
        ("市资规局", "市自然资源和规划局"),
        ("市城管局", "市城市管理局"),
        ("城市管理局", "市城市管理局"),
        ("市文广旅局", "市文化广电和旅游局"),
        ("市监局", "市市场监督管理局"),
        ("市场监督管理局", "市市场监督管理局"),
        ("市市场监管局", "市市场监督管理局"),
        ("市环保局", "市生态环境局"),
        ("市环委办", "市生态环境保护委员会办公室"),
        ("高新区管委会", "高新技术产业开发区"),
        ("城乡一体化示范区管理委员会", "城乡一体化示范区"),
        ("示范区", "城乡一体化示范区"),
        ("邓州市政府", "邓州市"),
        ("邓州市人民政府", "邓州市"),
        ("桐柏", "桐柏县"),
        ("市 生态环境局", "市生态环境局"),
        ("市生态环境局（市环委办）", "市生态环境局"),
    ],
)
def test_a_printed_name_means_an_organisation(directory: Directory, printed: str, name: str) -> None:
    found = directory.match(printed)
    assert found is not None
    assert found.name == name


@pytest.mark.parametrize(
    "printed",
    [
        "省生态环境厅",
        "省发展改革委",
        "县水利局",
        "邓州市水利局",
        "市气象局",
        "环境",
        "",
        "市",
        "局",
        "各县区",
        "生态环境分局",
    ],
)
def test_other_names_mean_nobody(directory: Directory, printed: str) -> None:
    assert directory.match(printed) is None


def test_a_department_of_another_city_is_not_ours(directory: Directory) -> None:
    assert directory.match("洛阳市生态环境局", city="南阳市") is None
    assert directory.match("南阳市生态环境局", city="南阳市") is not None


def test_an_ambiguous_name_means_nobody() -> None:
    twins = Directory(
        [Organisation("市林业局", aliases=("林草中心",)), Organisation("市园林局", aliases=("林草中心",))]
    )
    assert twins.match("林草中心") is None


def test_an_alias_wins_over_the_table_of_abbreviations() -> None:
    own = Directory([Organisation("市住房保障中心", aliases=("住建局",)), Organisation("市住房和城乡建设局")])
    found = own.match("住建局")
    assert found is not None
    assert found.name == "市住房保障中心"


def test_city_names_with_an_odd_character_are_stripped() -> None:
    jincheng = Directory([Organisation("市城市管理局")])
    assert jincheng.match("晋城市城市管理局") is not None


def test_jurisdictions_are_those_of_the_day(directory: Directory) -> None:
    assert len(directory.jurisdictions(date(2023, 9, 14))) == 16
    assert len(directory.jurisdictions(date(2024, 6, 1))) == 17
    assert len(directory.jurisdictions()) == 17
    assert all(one.is_jurisdiction for one in directory.jurisdictions())


def test_validity_includes_its_first_and_last_day() -> None:
    zone = Organisation("职教园区", valid_from=date(2024, 6, 1), valid_to=date(2025, 6, 30))
    assert zone.is_valid(date(2024, 6, 1)) and zone.is_valid(date(2025, 6, 30))
    assert not zone.is_valid(date(2024, 5, 31)) and not zone.is_valid(date(2025, 7, 1))
