"""What settings and variables of papers mean, and what parts of the machinery are called."""

from __future__ import annotations

from collections.abc import Mapping

PARTS: Mapping[str, str] = {
    "clock": "时钟",
    "sweep": "到点检查",
    "delivery": "邮件发送",
    "digest": "每日摘要",
    "start": "启动",
    "follower": "流程跟进",
    "no prefect": "Prefect 未连接",
    "prefect reached": "Prefect 已连接",
    "freed {n}": "释放 {n} 项占用",
    "mail_closed": "邮件出口",
    "chats_closed": "渠道出口",
    "taken by {name}": "由“{name}”收下",
}

SETTINGS: Mapping[str, str] = {
    "folder for the database, evidence, mails and Prefect's own files": (
        "存放数据库、佐证材料、邮件和 Prefect 文件的文件夹"
    ),
    "sqlite:///PATH or postgresql://USER:PASSWORD@HOST/NAME; empty: a SQLite file in the home": (
        "sqlite:///路径 或 postgresql://用户:密码@主机/库名；留空：数据文件夹中的 SQLite 文件"
    ),
    "API of an existing Prefect server; empty: one is started and supervised here": (
        "已有 Prefect 服务器的 API；留空：在本机启动并看护一个"
    ),
    "port of the Prefect server started here; another when taken": (
        "本机 Prefect 服务器的端口，被占用时另选"
    ),
    "smtp://USER:PASSWORD@HOST:PORT or smtps://...; empty: mails are written to files": (
        "smtp://用户:密码@主机:端口 或 smtps://...；留空：邮件写成文件"
    ),
    "sender's address of all mails": "所有邮件的发件地址",
    "policy profile of the campaign that init creates": "init 建立专项行动时所用的规则范本",
    "item flows that run at the same time": "同时运行的事项流程数",
    "seconds between two looks for due steps": "检查到点步骤的间隔（秒）",
    "seconds between two looks for mails to send": "检查待发邮件的间隔（秒）",
    "seconds between two looks for items that have moved": "检查事项变动的间隔（秒）",
    "address under which people reach the web server; empty: mails bring no links": (
        "用户访问网页的地址；留空：邮件不带链接"
    ),
    "address on which the web server listens": "网页服务监听的地址",
    "port of the web server; another when taken": "网页服务的端口，被占用时另选",
    "addresses, with commas between, of the reverse proxies whose X-Forwarded-* is believed": (
        "可信的反向代理地址（采信其 X-Forwarded-*），以逗号分隔"
    ),
    "secret with which links are signed; empty: one is made and kept in the home": (
        "签署链接的密钥；留空：自动生成并存放在数据文件夹"
    ),
    "EVERYBODY may sign in with a password, or ADMINISTRATORS alone (others by OpenID Connect)": (
        "EVERYBODY：人人可用密码登录；ADMINISTRATORS：仅管理员（其他人用统一认证）"
    ),
    "issuer of OpenID Connect by which people sign in; empty: with passwords only": (
        "统一认证（OpenID Connect）的签发方；留空：仅用密码登录"
    ),
    "what the issuer calls this installation: its client id": "签发方给本系统的客户端编号",
    "secret that the issuer has given the client; empty: it has none": (
        "签发方给客户端的密钥；留空：没有"
    ),
    "what the button on the sign-in page calls the issuer": "登录页按钮上签发方的名称",
    "scopes that are asked for, with blanks between": "申请的权限范围，以空格分隔",
    "further hosts, with commas between, on which the issuer has some of its addresses": (
        "签发方使用的其他主机，以逗号分隔"
    ),
    "claim that tells the login; a dot leads into an object": "载有登录名的声明，可用点号取下级",
    "claim that tells somebody's groups; a dot leads into an object": (
        "载有用户组的声明，可用点号取下级"
    ),
    "YAML file that says what each group gives: ROLE @ UNIT, or administrator; empty: none": (
        "说明各用户组权限的 YAML 文件（角色 @ 单位，或管理员）；留空：没有"
    ),
    "who is taken for whom at their first sign-in: NEVER anybody, or whose LOGIN or EMAIL fits": (
        "首次登录时如何对应本系统人员：NEVER 不对应，LOGIN 按登录名，EMAIL 按邮箱"
    ),
    "code of the unit into which people nobody knows are entered; empty: they are refused": (
        "未知人员登录后归入的单位代码；留空：拒绝登录"
    ),
    "where the watchdog writes when the machinery stands still; empty: only to the log": (
        "系统停顿时看门狗写信的地址；留空：只写日志"
    ),
    "YAML file with the channels besides mail, each by a name; empty: there are none": (
        "邮件以外各渠道的 YAML 文件；留空：没有"
    ),
    "whsec_... that signs the calls of webhooks that have no secret of their own in the home": (
        "为没有自己密钥的推送接口签名（whsec_...）"
    ),
    "s3://BUCKET/PREFIX where files of evidence are kept; empty: a folder in the home": (
        "存放佐证材料的 s3://桶/前缀；留空：数据文件夹中"
    ),
    "groups of kinds that evidence may be; besides these: audio, video, archive": (
        "佐证材料可用的文件类别；另有 audio、video、archive"
    ),
    "size of a file of evidence in MB (1,000,000 bytes) at most": (
        "佐证材料单个文件的上限（MB，按 1,000,000 字节计）"
    ),
    "size of a picture in millions of pixels at most": "图片的上限（百万像素）",
    "address of a server that speaks S3; empty: Amazon's in the region": (
        "兼容 S3 的服务器地址；留空：该区域的亚马逊服务"
    ),
    "region of the bucket; most servers take any": "存储桶的区域，多数服务器不限",
    "id of the key that opens the bucket": "访问存储桶的密钥编号",
    "secret of the key that opens the bucket": "访问存储桶的密钥",
    "address of a server elsewhere, like its RECTIFLOW_PUBLIC_URL, on which commands work; empty: "
    "the installation here": "命令行所操作的远程服务器地址；留空：本机",
    "API token by which commands work on that server": "命令行操作该服务器所用的接口令牌",
    "DEBUG, INFO, WARNING or ERROR": "日志级别：DEBUG、INFO、WARNING 或 ERROR",
}
"""By the description of ``config.settings``."""

VARIABLES: Mapping[str, str] = {
    "number in the register, like ZG-letter-2026-0012": "登记编号，如 ZG-letter-2026-0012",
    "number as it is printed, like ZG提〔2026〕12号": "印在文书上的文号，如 ZG提〔2026〕12号",
    "the office that issues the paper": "发文机关",
    "name of the campaign": "专项行动名称",
    "day of issue": "成文日期",
    "who signs: nearest above the unit, independent of it": (
        "签发人：责任单位之上最近的、与其无关的人"
    ),
    "the person to whom it goes": "主送人",
    "who gets a copy": "抄送",
    "whether the item is confidential": "事项是否保密",
    "the item's reference": "事项编号",
    "the item's number in the ledger it came from": "事项在原台账中的编号",
    "the item's title": "事项标题",
    "what is required, one entry a paragraph": "整改要求，每项一段",
    "the item's category": "问题类别",
    "how grave it is": "严重程度",
    "the unit responsible": "责任单位",
    "the responsible person": "责任人",
    "the leader in charge": "包案领导",
    "the deadline": "期限",
    "working days since the deadline; 0: not overdue": "逾期工作日数；0：未逾期",
    "how often the work was begun": "第几轮整改",
    "rung of the ladder whose act it is; 0: none": "督办层级；0：无",
    "the act of the next rung": "下一级督办方式",
    "how the item ended": "办结结论",
    "how it came to its end: approved, merged, transferred, unsubstantiated …": (
        "如何办结：批准、并案、移送、查否等"
    ),
    "entries in the item's history": "事项记录条数",
    "hash of the item's history": "事项记录的校验值",
    "minutes: printed number of the notice of interview": "约谈记录：约谈通知书文号",
    "minutes: who held the interview": "约谈记录：约谈人",
    "minutes: the day of the interview": "约谈记录：约谈日期",
    "minutes: what was said, one entry a paragraph": "约谈记录：内容，每项一段",
}
"""By the meaning of ``tasks.paper_values``."""

SENTENCES: Mapping[str, str] = {**PARTS, **SETTINGS, **VARIABLES}
