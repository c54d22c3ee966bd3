"""The Chinese of every sentence here, and of the library's reasons that people get to read."""

_OPTIONS = {
    "usage: ": "用法：",
    "options": "选项",
    "commands": "命令",
    "what to give": "必填内容",
    "show this and end": "显示本说明后退出",
    "error: ": "错误：",
    "the following arguments are required: ": "缺少：",
    "unrecognized arguments: ": "不认识：",
    "ambiguous option: ": "含义不明：",
    "argument ": "写得不对或没有写值：",
    "the command is not written as it must be": "命令写得不对",
    "A witness of a city's log": "城市留痕日志的见证程序",
    "COMMAND": "命令",
    "FOLDER": "目录",
    "NAME": "名称",
    "FILE": "文件",
    "ADDRESS": "地址",
    "NUMBER": "数字",
    "KEY": "公钥",
    "ID": "编号",
    "folder of the witness": "见证部门的目录",
    "name of the witness, such as witness.example.cn/finance": (
        "见证部门的名称，例如witness.example.cn/finance"
    ),
    "public key of the log": "留痕日志的公钥",
    "public key of the log; may be given again": "留痕日志的公钥，可以写多个",
    "a checkpoint from which to begin": "从这个留痕截面文件开始见证",
    "web address of the log": "留痕日志的网址",
    "web address or folder of the log": "留痕日志的网址或目录",
    "a further key of a log known here": "给已登记的留痕日志再加一把公钥",
    "id of the log's key: 8 hex digits": "公钥编号：8位十六进制数字",
    "name of the log": "留痕日志的名称",
    "where": "监听地址",
    "port; 0: any that is free": "端口；0表示任选一个空闲端口",
    "file that will hold the port": "写入端口号的文件",
    "the log's request": "留痕日志送来的请求文件",
    "file for the signature lines": "见证签名写入的文件",
    "folder for the copy": "副本存放目录",
    "seconds between two looks; without it, one look": "每隔多少秒查看一次；不写则只查看一次",
    "file that says which witnesses must have cosigned": "见证规则文件，规定须有哪些部门见证",
    "for programs": "供程序读取的格式",
    "make a new key": "生成新密钥",
    "cosign a log from now on": "登记一个留痕日志，开始为它见证",
    "accept a log's key no longer": "不再接受留痕日志的某把公钥",
    "answer logs over the network": "联网运行，应答留痕日志",
    "cosign a request that was carried here": "为拷贝来的请求文件签名",
    "take evidence out as files": "把留存的证据取成文件",
    "empty folder for the files": "存放文件的空目录",
    "keep a checked copy of a log": "保存一份逐条核对过的留痕日志副本",
    "show what was cosigned and refused": "查看见证和拒绝情况",
}

_SENTENCES = {
    ": ": "：",
    ", ": "，",
    "never": "从未",
    "none": "无",
    "Mind: {sentence}": "注意：{sentence}",
    "line {n}: ": "第{n}行：",
    "A file cannot be read or written: {file}": "文件无法读写：{file}",
    "{file} cannot be read": "{file}无法读取",
    "{file} is of another log": "{file}属于另一个留痕日志",
    "{url} is not a web address": "{url}不是网址",
    # keys
    "Witness: {name}": "见证部门：{name}",
    "Public key ({kind}):": "公钥（{kind}）：",
    "Publish both keys. Keep the folder on this machine: a copy is never to be used.": (
        "请公布以上两把公钥。目录只能留在本机：任何副本都不得启用。"
    ),
    "{folder} is not empty: a new key needs a new folder": "{folder}不是空目录：新密钥须用新目录",
    "no key file can be read here": "这里没有可以读取的密钥文件",
    "the key file is damaged": "密钥文件已损坏",
    "{file} can be read by others: chmod 600": "{file}能被他人读取，请执行chmod 600",
    "a key's name has no spaces, plus signs or control characters": (
        "名称中不能有空格、加号和控制字符"
    ),
    "this is not the public key of a log": "这不是留痕日志的公钥",
    # trust
    "Trusted: {origin}, key {mark}": "已登记：{origin}，公钥编号{mark}",
    "No longer trusted: {origin}, key {mark}": "不再接受：{origin}，公钥编号{mark}",
    "{origin} is trusted with another key: say --add": (
        "{origin}已登记另一把公钥：确要增加，请加上--add"
    ),
    "{origin} has a state already": "{origin}已有见证记录，不能另定起点",
    "no key, or more than one, has the id {mark}": "编号{mark}的公钥没有或不止一把",
    # state
    "this key must not be used again; make a new key, and have the replacement resolved": (
        "这把密钥不得再用；请生成新密钥，并由会议决定更换"
    ),
    "the state of this key is missing": "这把密钥的见证记录不见了",
    "the state of this key is damaged": "这把密钥的见证记录已损坏",
    "the state belongs to another key": "见证记录属于另一把密钥",
    "the state is a copy: it was restored or moved here": "见证记录是副本，曾被恢复或搬动",
    "the file that counts cosignatures is missing or of another key": (
        "签名计数文件不见了，或属于另一把密钥"
    ),
    "the state is older than what this key has signed": "见证记录比这把密钥签过的要旧",
    "the state was put back while the witness ran": "见证记录在运行中被换成旧的",
    "the log has a cosignature of this key that its state does not know": (
        "留痕日志上有这把密钥的签名，见证记录里却没有"
    ),
    "the state was written by a newer version of this program": (
        "见证记录由本程序的更新版本写成：请升级本程序"
    ),
    # serve
    "each folder needs a name of its own": "各目录的名称不能相同",
    "{place} is not free to listen on": "{place}已被占用，无法监听",
    "{name} listens at {address}": "{name}正在监听{address}",
    "the witness of this folder is running: stop it first": "该目录的见证程序正在运行：请先停止",
    "{url} serves no checkpoint that can be read: not compared": (
        "{url}没有可读的留痕截面：未作比对"
    ),
    "{url} cannot be reached: not compared with what the log has": (
        "{url}无法连通：未与留痕日志比对"
    ),
    # cosign
    "Cosigned: carry {file} back to the log.": "已见证：请把{file}送回留痕日志。",
    "Refused ({status}). ": "已拒绝（{status}）。",
    "The file is not a request of a log, or it is damaged: ask for it again.": (
        "文件不是留痕日志的请求，或已损坏：请对方重新提供。"
    ),
    "No key that is trusted here signed it: compare the log's key with the published one.": (
        "没有已登记公钥的签名：请把登记的公钥与公布的公钥比对。"
    ),
    "The log is not known here: check its name, then use trust.": (
        "这里没有登记该留痕日志：请核对名称，再用trust登记。"
    ),
    "The log has to start from size {size}: tell it so, and it makes a new file.": (
        "留痕日志须从第{size}条之后接续：请告知对方，由对方重新生成文件。"
    ),
    "The log contradicts what was cosigned before. Sign nothing; report it: the file is kept.": (
        "留痕日志与此前见证的内容矛盾。不要签名，立即报告：该文件已留作证据。"
    ),
    "Check this machine's clock and its free disk space, then try again.": (
        "请检查本机时钟和磁盘空间，然后重试。"
    ),
    # status
    "Log: {origin}": "留痕日志：{origin}",
    "size {size}, root {root}": "留痕{size}条，根指纹{root}",
    "cosigned {n} times, last {at}": "已见证{n}次，最近一次：{at}",
    "refused: {counts}": "拒绝：{counts}",
    "{n} with {status}": "{status}有{n}次",
    "evidence kept: {n}": "留存证据：{n}份",
    "no key of this log is trusted any more": "该留痕日志已没有可接受的公钥",
    "Mind: nothing was cosigned in the last 24 hours: ask the log's operator": (
        "注意：最近24小时没有见证：请询问留痕日志的运行人员"
    ),
    "No log is trusted yet: use trust.": "还没有登记留痕日志：请用trust登记。",
    "Refused, of no known log: {counts}": "未登记的留痕日志或无法读取的请求，已拒绝：{counts}",
    "Evidence of {at}: {origin}, refused ({status}), {n} bytes": (
        "证据（{at}）：{origin}，已拒绝（{status}），{n}字节"
    ),
    "{folder} is not empty": "{folder}不是空目录",
    "Evidence written: {n}, in {folder}": "已取出证据{n}份，在{folder}",
    # mirror
    "the keys are of different logs": "这些公钥属于不同的留痕日志",
    "another mirror works in this folder": "另一个程序正在使用该副本目录",
    "Copied and checked: size {old} to {new}, {n} new files": (
        "已复制并核对：从{old}条到{new}条，新文件{n}个"
    ),
    "Nothing new: size {new}": "没有新内容：共{new}条",
    "The log shows an older size, {served}; here are {new}": (
        "留痕日志显示较旧的条数{served}；本副本已有{new}条"
    ),
    "The log has signed two histories. Report it; both stand in {folder}": (
        "留痕日志签署了两个互相矛盾的版本。请立即报告，两份截面都在{folder}"
    ),
    "Not taken: too few witnesses have cosigned the log's checkpoint": (
        "未采用：为该留痕截面见证的部门不够数"
    ),
    "Not taken: {why}": "未采用：{why}",
    "The log cannot be read: {path}: {why}": "留痕日志无法读取：{path}：{why}",
    "not reached": "连接不上或没有应答",
    "no such file": "没有这个文件",
    "too long": "文件过大或传输过慢",
    "cut off": "内容不完整",
    "the log's files do not fit its checkpoint": "文件与留痕截面不符",
}

# Of the rules and of the library, as they say them.
_REASONS = {
    "the old size is larger than the checkpoint's": "起点条数大于截面条数",
    "no log of this origin is known here": "没有登记这个留痕日志",
    "the old size is not the one cosigned last": "起点条数不是上次见证的条数",
    "another root at the size that was cosigned last": "同样条数，根指纹与上次见证的不同",
    "the consistency proof does not hold": "延续证明不成立",
    "the clock reads earlier than the last cosignature": "本机时钟早于上次见证的时间",
    "the state cannot be written": "见证记录无法写入",
    "a count cannot be written": "计数无法写入",
    "a connection more than allowed": "连接数超过上限",
    "a fault of the program": "程序出错",
    "no such page": "没有这个页面",
    "the length of the request has to be given, once": "须写明请求长度，且只写一次",
    "the request is too long": "请求过大",
    "an old size, at most 63 hashes, a gap, a checkpoint": "不是留痕日志的请求",
    "the content is not in the form it must have": "内容不符合规定格式",
    "no known key signed this note": "没有已知公钥的签名",
    "a known key's signature does not hold": "签名无效",
    "the checkpoint is of another log": "留痕截面属于另一个留痕日志",
    "a name has at most 255 bytes": "名称过长，最多255字节",
    "not a note": "不是带签名的文件",
    "the note is too long": "文件过大",
    "the note has too many signatures": "签名过多",
    "a checkpoint has an origin, a size and a root, and nothing else": "不是留痕截面",
    "each line ends in a newline; at most 1,000 lines": "每行都须换行，最多1000行",
    "no quorum line": "缺少quorum一行",
    "one quorum": "quorum只能有一行",
    "a key stands here twice": "同一把公钥出现两次",
    "not a key of a log": "不是留痕日志的公钥",
    "not a key of a witness": "不是见证部门的公钥",
    "a group has members": "group一行没有成员",
}

_HOLDER = {
    "Keeps the pseudonym keys of a city's programmes": "保管全市业务化名密钥的程序",
    "evaluate for the platform over the network": "联网运行，为平台计算化名",
    "destroy a key for good": "永久销毁一把密钥",
    "show the keys and how much they were used": "查看各密钥及使用量",
    "folder of the keys": "密钥目录",
    "programme": "业务代号，如assistance_ledger",
    "year": "年度，四位数字",
    "do not ask": "不再询问",
    "elements evaluated in a day at most": "每天最多计算多少个化名",
    "there is or was a key of this programme and year": "这一年度的密钥已经有了，或者已经销毁",
    "a programme is small letters and _, a year four digits": (
        "业务代号用小写字母和下划线，年度为四位数字"
    ),
    "The platform shows this to be answered: {file}": "平台凭此口令文件才能得到应答：{file}",
    "Nobody can count with this key any more. Type its name to destroy it:": (
        "销毁后任何人都不能再用它去重。确认销毁请输入密钥名称："
    ),
    "Nothing was destroyed.": "没有销毁。",
    "there is no such key": "没有这把密钥",
    "it was destroyed before": "这把密钥早已销毁",
    "destroyed {at}": "已于{at}销毁",
    "in force": "使用中",
    "{n} evaluated, {today} today": "共计算{n}个，今天{today}个",
}

TABLE: dict[str, str] = _OPTIONS | _SENTENCES | _REASONS | _HOLDER
