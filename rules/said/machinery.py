"""The database, settings and other parts that have to be there."""

from __future__ import annotations

from collections.abc import Mapping

SENTENCES: Mapping[str, str] = {
    "{name} cannot be reached.": "数据库连接不上。",
    "{name} is locked by another program.": "数据库被其他程序占用。",
    "{name} may only be read.": "数据库只能读取，不能写入。",
    "{name} cannot grow: the disk is full.": "磁盘已满，数据库无法写入。",
    "{name} cannot be read or written: the disk reports an error.": "磁盘出错，数据库无法读写。",
    "{name} cannot be opened.": "数据库无法打开。",
    "{name} is not a database.": "数据库文件不是数据库。",
    "{name} is damaged.": "数据库已损坏。",
    "{name} has no tables yet.": "数据库还没有建表。",
    "{name} has an older schema.": "数据库结构较旧。",
    "{name} refuses our name or password.": "数据库拒绝登录。",
    "{name} does not exist on its server.": "服务器上没有这个数据库。",
    "{name} does not let us do this.": "数据库权限不足。",
    "{name} takes no more connections.": "数据库连接数已满。",
    "{name} was busy with another transaction.": "数据库正忙。",
    "{name} has an address with an unknown option.": "数据库地址中有无法识别的选项。",
    "{name} is busy: all our connections are in use.": "数据库正忙，连接已用完。",
    "{name} is damaged: rows of {table} refer to {other} that are not there.": "数据库已损坏。",
    "{name} cannot be created: {why}.": "数据库无法创建：{why}。",
    "The database has the schema {found}, which this program does not know.": (
        "数据库结构为 {found}，本程序不认识。"
    ),
    "The database has the schema {found}, not {wanted}. Run: rectiflow init.": (
        "数据库结构为 {found}，应为 {wanted}，请运行 rectiflow init。"
    ),
    "It was made by a newer version of Rectiflow: use that one.": (
        "它由更新的版本建立，请使用该版本。"
    ),
    "Check that it runs, and RECTIFLOW_DATABASE_URL.": (
        "请检查数据库是否在运行，以及 RECTIFLOW_DATABASE_URL。"
    ),
    "Close what else has it open, or try again.": "请关闭其他占用的程序，或稍后再试。",
    "Check the permissions of the file and its folder.": "请检查文件及其文件夹的权限。",
    "Connect to the primary server.": "请连接主服务器。",
    "Free some space; nothing was lost.": "请清理磁盘空间，数据没有丢失。",
    "Check the disk.": "请检查磁盘。",
    "Check the path and the folder's permissions.": "请检查路径和文件夹权限。",
    "Restore it from a backup.": "请从备份恢复。",
    "Restore it from a backup; nothing was changed.": "请从备份恢复，没有改动任何内容。",
    "Create it, or check RECTIFLOW_DATABASE_URL.": "请建立数据库，或检查 RECTIFLOW_DATABASE_URL。",
    "Give the user rights on the database.": "请给数据库用户授权。",
    "Close some, or raise its max_connections.": "请关闭一些连接，或调高 max_connections。",
    "Repeat the command.": "请再办一次。",
    "Try again.": "请再试一次。",
    "Check that the folder exists and may be written to.": "请检查文件夹是否存在、可否写入。",
    "The secret {file} cannot be used: {why}.": "签名密钥无法使用。",
    "Check the folder's permissions, or set {setting}.": "请检查文件夹权限，或设置 {setting}。",
    "The address under which people reach this server is not set.": (
        "未设置本服务器对外的访问地址，无法生成链接。"
    ),
    "Set {setting} to it and start the server again.": "请设置 {setting} 后重启服务。",
    "The file of groups does not exist.": "用户组文件不存在。",
    "it is not there": "文件不存在",
    "it is not text": "不是文本",
}
