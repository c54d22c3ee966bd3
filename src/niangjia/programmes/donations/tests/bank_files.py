"""Statements as banks and wallets export them."""

from niangjia.blocks.intake.public import file_of, store
from niangjia.programmes.donations import statement_jobs
from niangjia.programmes.donations.services import statement_bring
from niangjia.programmes.donations.statement_files import name_for_reader, read_file
from niangjia.programmes.donations.tests import given

ACCOUNT = "11001234567890121234"
HEADER = "交易时间,贷方金额,借方金额,余额,对方户名,对方账号,摘要,流水号"
LINES = (
    '2020-03-02 10:00:01,"5,000.00",,"6,000.00",示例一号企业,\t62220001,捐款,\t0001',
    "2020-03-03 11:00:00,,200.00,5800.00,示例器械公司,62220002,付款,0002",
    "2020-03-04 09:30:00,100.00,,5900.00,示例张三,62220003,定向公交职工,0003",
)


def bank_csv(
    *lines: str, opening: str = "1000.00", first: str = "2020-03-01", last: str = "2020-03-16"
) -> bytes:
    """A bank's CSV in GB18030 under its titles."""
    text = "\r\n".join(
        [
            "示例银行对公账户明细",
            f"账号：{ACCOUNT},户名：示例温暖基金会",
            f"起始日期：{first},终止日期：{last},期初余额：{opening}",
            HEADER,
            *(lines or LINES),
            "合计,,,,,,,",
        ]
    )
    return text.encode("gb18030")


WALLET = """#支付宝账务明细查询
#账号：[20880000000012340156]
#起始日期：[2020年03月01日 00:00:00]   终止日期：[2020年03月16日 00:00:00]
#-----------------------------------------账务明细列表----------------------------------------
账务流水号,业务流水号,商品名称,发生时间,对方账号,收入金额（+元）,支出金额（-元）,账户余额（元）,服务费（元）,备注
`3001\t,`9001\t,爱心捐款,2020-03-05 08:00:00,zhang***@example.org,200.00,,1199.00,1.00,示例李四
`3002\t,`9002\t,爱心捐款,2020-03-05 09:00:00,li***@example.org,50.00,,1248.70,0.30,示例王五
#-----------------------------------------账务明细列表结束------------------------------------
#支出合计：0笔，共0.00元
"""
MT940 = """:20:STATEMENT
:25:CN/11001234567890121234
:28C:00001/001
:60F:C200301CNY1000,00
:61:2003020302C5000,00NTRFNONREF//0001
:86:示例一号企业 捐款
:61:2003030303D200,00NTRFNONREF//0002
:86:示例器械公司 付款
:62F:C200303CNY5800,00
""".encode()


def read(raw: bytes, name: str = "对账单.csv"):
    stored = store([raw], name_for_reader(raw[:65536], name))
    return stored, read_file(file_of(stored.ref), name)


def brought(slug: str, raw: bytes, name: str = "对账单.csv", **more) -> str:
    stored, found = read(raw, name)
    return statement_bring(
        given.actor("foundation"), slug=slug, found=found, stored=stored, name=name, **more
    )


def taken(slug: str, raw: bytes, name: str = "对账单.csv", **more) -> str:
    """The statement is taken; its ref."""
    ref = brought(slug, raw, name, **more)
    statement_jobs.take(given.actor("foundation"), ref)
    return ref
