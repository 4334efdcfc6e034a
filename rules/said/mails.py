"""Mails, chats and calls of webhooks: why one is held, put off, given up or not sent."""

from __future__ import annotations

from collections.abc import Mapping

SENTENCES: Mapping[str, str] = {
    "It is empty.": "内容为空。",
    "The template is not written correctly: {why}.": "模板写法有误：{why}。",
    "It is nested too deeply.": "嵌套过深。",
    "There is no value {name} in this notice.": "此通知没有变量“{name}”。",
    "Nothing has a part {name} here.": "这里不能使用“{name}”。",
    "The filter {name} is not to be used here.": "这里不能使用过滤器“{name}”。",
    "The test {name} is not to be used here.": "这里不能使用判断“{name}”。",
    "The number {number} is too large.": "数字 {number} 过大。",
    "{what} is not to be used in a wording.": "措辞中不能使用 {what}。",
    # Held, bundled, skipped.
    "Quiet hours or a day off: it leaves when they are over.": (
        "正值免打扰时段或休息日，结束后发出。"
    ),
    "This person was chased a short while ago: what has come since leaves together.": (
        "不久前刚催办过此人，此后的通知合并发出。"
    ),
    "The run would have sent more mails than its policy's cap: a coordinator decides.": (
        "本批邮件超过规则的上限，待整改办决定。"
    ),
    "{mails} mails were about to leave; the policy's cap is {cap}.": (
        "有 {mails} 封邮件待发，超过规则的上限 {cap} 封。"
    ),
    "{mails} mails were about to leave after {gone} within the last hour; the policy's cap is "
    "{cap}.": "一小时内已发 {gone} 封，又有 {mails} 封待发，超过规则的上限 {cap} 封。",
    "{mails} mails were about to leave{after}; the policy's cap is {cap}.": (
        "有 {mails} 封邮件待发，超过规则的上限 {cap} 封。"
    ),
    "It waits for the daily digest.": "等待并入每日摘要。",
    "This person does not want notices of the kind {kind}.": "此人不接收这类通知。",
    "The same was said within the last {hours} hours.": "{hours} 小时内已发过同样的通知。",
    "Whoever stands in for this person gets it anyway.": "代办人已收到同样的通知。",
    "{name}, who stands in for this person, gets it anyway.": "代办人{name}已收到同样的通知。",
    "This person is no longer active.": "此人已停用。",
    "No notice could be derived from the event {event} ({kind}).": (
        "第 {event} 号事件未能生成通知。"
    ),
    "Replayed.": "已重新发送。",
    "Given up: {why}": "已放弃：{why}。",
    "Nothing arrives there: {why}": "邮件送不到：{why}。",
    "The mail came back: {why}.": "邮件被退回：{why}。",
    "The mail has not stopped.": "邮件没有停发。",
    "A reason is missing.": "请填写理由。",
    "Say why they are not sent.": "请说明为什么不发。",
    "Say why these mails are not sent.": "请说明为什么不发。",
    "No mail was chosen.": "没有选择邮件。",
    "Tick some.": "请勾选。",
    "Nothing was kept; try again later.": "没有保存任何内容，请稍后再试。",
    # Addresses.
    "There is no mail address.": "没有邮箱地址。",
    "The mail address {address} has characters that mail servers do not take.": (
        "邮箱地址 {address} 含有邮件服务器不接受的字符。"
    ),
    "{address} is not a mail address.": "{address} 不是邮箱地址。",
    "The mail address is too long.": "邮箱地址过长。",
    "Correct it in the directory.": "请在人员信息中更正。",
    # Letters.
    "The letter cannot be written: {why}.": "邮件内容无法生成。",
    "There is no notice of the kind {kind}.": "没有 {kind} 这类通知。",
    "There are no notices in the language {lang}.": "没有 {lang} 这种语言的通知。",
    "There is no mail of the kind {kind} in {lang}.": "没有 {kind} 这类邮件（{lang}）。",
    "The folder of mail templates does not exist.": "邮件模板文件夹不存在。",
    "Make it, or take the setting away.": "请建立该文件夹，或取消此设置。",
    "The mail template cannot be used: {why}.": "邮件模板不能使用。",
    "It must be UTF-8 and may use {names}.": "须为 UTF-8，可用的变量：{names}。",
    "There is no notice {kind}.": "没有 {kind} 这类通知。",
    # The way out.
    "The mail was not tried.": "还没有尝试发送。",
    "The mail server {server}": "邮件服务器 {server} ",
    "The receiver {what}": "接收方{what}",
    "{server} did not answer within {seconds} s.": "{server}在 {seconds} 秒内没有应答。",
    "{server} does not accept connections: {reply}.": "{server}不接受连接：{reply}。",
    "{server} does not offer STARTTLS, which {setting} requires.": (
        "{server}不支持 {setting} 所要求的 STARTTLS。"
    ),
    "{server} does not offer STARTTLS, and the password is not sent unencrypted. If that is "
    "acceptable here, write ?starttls=off in {setting}.": (
        "{server}不支持 STARTTLS，密码不会明文发送；如可接受，请在 {setting} 中写 ?starttls=off。"
    ),
    "{server} does not offer a login. Take the user out of {setting}.": (
        "{server}不提供登录，请在 {setting} 中去掉用户。"
    ),
    "{server} cannot be reached: {why}. Check {setting}.": (
        "{server}连接不上：{why}。请检查 {setting}。"
    ),
    "The certificate of the mail server {server} is not trusted: {why}. Check the host in "
    "{setting} and the certificates this machine trusts.": (
        "邮件服务器 {server} 的证书不可信（{why}）。请检查 {setting} 中的主机和本机信任的证书。"
    ),
    "The mail server {server} refused the user {user}: {reply}. Check the user and the password "
    "in {setting}.": "邮件服务器 {server} 拒绝登录：{reply}。请检查 {setting} 中的用户和密码。",
    "{problem} Check the sender in {setting}.": "{problem}请检查 {setting} 中的发件人。",
    "The mail is too big for the mail server: {reply}.": "邮件过大，服务器不收：{reply}。",
    "The mail server {server} refused the sender {sender}: {reply}. Check {setting}.": (
        "邮件服务器 {server} 拒绝发件人 {sender}：{reply}。请检查 {setting}。"
    ),
    "The mail server put the mail off: {reply}.": "邮件服务器暂缓接收：{reply}。",
    "The mail server refused it: {reply}.": "邮件服务器拒收：{reply}。",
    "The mail server {server} {how} before it took the mail.": (
        "邮件服务器 {server} {how}，没有收下邮件。"
    ),
    "The mail server {server} {how} after the mail was handed over; whether it took it is not "
    "known.": "交出邮件后，邮件服务器 {server} {how}，是否收下不明。",
    "The mail server {server} takes mail only after a login: {reply}. Put user and password into "
    "{setting}.": "邮件服务器 {server} 须先登录：{reply}。请在 {setting} 中填写用户和密码。",
    "stopped answering": "没有应答",
    "hung up": "断开了连接",
    "Connection refused": "连接被拒绝",
    "[Errno 111] Connection refused": "连接被拒绝",
    "Name or service not known": "找不到该主机",
    "[Errno -2] Name or service not known": "找不到该主机",
    "self-signed certificate": "自签名证书",
    "certificate has expired": "证书已过期",
    "The mail folder {folder} cannot be written to: {why}.": "邮件文件夹无法写入：{why}。",
    "{server} did not take the mail: {why}.": "邮件服务器没有收下邮件。",
    "Check RECTIFLOW_SMTP_URL and the mail server's log.": (
        "请检查 RECTIFLOW_SMTP_URL 和邮件服务器的日志。"
    ),
    # Chats.
    "The channel {name} is not in the file of channels.": "渠道文件中没有“{name}”。",
    "The channel {name} did not answer within {seconds} s; whether it took the message is not "
    "known.": "渠道“{name}”在 {seconds} 秒内没有应答，是否收下不明。",
    "{late}whether it took the message is not known.": "渠道没有按时应答，是否收下不明。",
    "The channel {name} did not take the message.": "渠道“{name}”没有收下消息。",
    "The channel {name} did not take the message (status {status}).": (
        "渠道“{name}”没有收下消息（状态 {status}）。"
    ),
    "The channel {name} cannot be reached.": "渠道“{name}”连接不上。",
    "The channel {name} has an address that Apprise does not know.": "渠道“{name}”的地址无法识别。",
    "The channel {name} failed with {why}.": "渠道“{name}”出错（{why}）。",
    "The channel {name} {why}.": "渠道“{name}”没有收下消息。",
    "Apprise does not know such an address, or something in it is missing.": (
        "地址无法识别，或不完整。"
    ),
    "There is no channel {name} in the file of channels.": "渠道文件中没有“{name}”。",
    "See there.": "请核对该文件。",
    "Correct {name} in the file of channels.": "请在渠道文件中更正“{name}”。",
    "The file of channels does not exist.": "渠道文件不存在。",
    "Check {setting}.": "请检查 {setting}。",
    "a name has up to 32 letters, digits and . _ -": (
        "名称不超过 32 个字母、数字、点、下划线和连字符"
    ),
    "mail is no name for another channel": "其他渠道不能叫 mail",
    "this is not an address like wecombot://KEY": "应为 wecombot://KEY 这样的地址",
    # Webhooks.
    "The body is too big.": "内容过大。",
    "{host} is at {address}, an address of a private network. If that is right, add the webhook "
    "with --allow-private.": (
        "{host} 指向内网地址 {address}；如确属需要，请以 --allow-private 重新添加。"
    ),
    "{host} is at {address}, an address of a private network.": "{host} 指向内网地址 {address}。",
    "If that is right, say --allow-private.": "如确属需要，请加 --allow-private。",
    "The receiver wants no more calls: it answered 410.": "接收方不再接收推送（应答 410）。",
    "The receiver answered {status}: redirects are not followed.": (
        "接收方应答 {status}，系统不跟随跳转。"
    ),
    "The receiver answered {status}: {said}": "接收方应答 {status}：{said}",
    "The receiver answered {status}": "接收方应答 {status}",
    "The receiver answered {status}.": "接收方应答 {status}。",
    "The receiver did not answer within {seconds} s.": "接收方在 {seconds} 秒内没有应答。",
    "The receiver cannot be reached: {why}.": "接收方连接不上：{why}。",
    "The receiver {reason}.": "接收方没有收下：{reason}。",
    "This is not a URL.": "这不是网址。",
    "This is not a usable URL.": "这个网址不能用。",
    "Write it as https://host/path.": "请写成 https://主机/路径。",
    "The URL has a user or a password.": "网址中含有用户名或密码。",
    "Calls are signed instead.": "推送另有签名。",
    "Calls over http can be read and changed on their way.": "http 推送在途中可能被偷看或篡改。",
    "Use https.": "请用 https。",
    "A name has up to 64 letters, digits and . _ -": (
        "名称不超过 64 个字母、数字、点、下划线和连字符。"
    ),
    "There is no event {name}.": "没有“{name}”这类事件。",
    "There is a webhook {name} already.": "已有名为“{name}”的推送接口。",
    "Remove it first.": "请先删除。",
    "There is no webhook {name}.": "没有名为“{name}”的推送接口。",
    "The secret of the webhook {name} cannot be read from {file}: {why}.": (
        "推送接口“{name}”的密钥无法读取。"
    ),
    "Put the file back, or set {setting}, or add the webhook again.": (
        "请恢复密钥文件、设置 {setting}，或重新添加。"
    ),
    "The secret cannot be kept in {file}: {why}.": "密钥无法保存：{why}。",
    "Check the home's permissions.": "请检查数据文件夹的权限。",
    "A secret begins with {prefix}.": "密钥须以 {prefix} 开头。",
    "After {prefix} a secret is base64.": "{prefix} 之后须为 base64。",
    "A secret has {least} to {most} bytes.": "密钥须为 {least} 至 {most} 字节。",
}
