"""The organisations of two cities as directories: the seed city and an invented one."""

from datetime import date

from workflow.importing.directory import Directory, Organisation

NANYANG_DEPARTMENTS = (
    "市发展改革委",
    "市工业和信息化局",
    "市公安局",
    "市财政局",
    "市自然资源和规划局",
    "市生态环境局",
    "市住房和城乡建设局",
    "市城市管理局",
    "市交通运输局",
    "市水利局",
    "市农业农村局",
    "市商务局",
    "市文化广电和旅游局",
    "市林业局",
    "市市场监督管理局",
    "市机关事务中心",
)
NANYANG_COUNTIES = (
    "宛城区",
    "卧龙区",
    "南召县",
    "方城县",
    "西峡县",
    "镇平县",
    "内乡县",
    "淅川县",
    "社旗县",
    "唐河县",
    "新野县",
    "桐柏县",
    "邓州市",
)


def nanyang() -> Directory:
    """13 counties, three zones of 2023 and one that came later."""
    return Directory(
        [
            *(Organisation(name) for name in NANYANG_DEPARTMENTS),
            Organisation("市生态环境保护委员会办公室", aliases=("市环委办",)),
            *(Organisation(name, is_jurisdiction=True, is_county=True) for name in NANYANG_COUNTIES),
            Organisation("高新技术产业开发区", aliases=("高新区",), is_jurisdiction=True),
            Organisation("城乡一体化示范区", is_jurisdiction=True),
            Organisation("官庄工区", is_jurisdiction=True),
            Organisation("职教园区", is_jurisdiction=True, valid_from=date(2024, 6, 1)),
        ]
    )


def linze() -> Directory:
    """An invented city with departments of other names and two counties."""
    departments = ("市生态环境局", "市水利局", "市城市管理局", "市住房和城乡建设局", "市财政局", "市发展和改革委员会")
    more = ("市工业和信息化局", "市应急管理局", "市农业农村局", "市自然资源局", "市市场监督管理局")
    return Directory(
        [
            *(Organisation(name) for name in departments + more),
            Organisation("青岚县", is_jurisdiction=True, is_county=True),
            Organisation("云浦区", is_jurisdiction=True, is_county=True),
        ]
    )
