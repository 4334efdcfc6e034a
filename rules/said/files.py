"""Files that are brought: ledgers, rosters, mappings, evidence; and files that are made."""

from __future__ import annotations

from collections.abc import Mapping

SENTENCES: Mapping[str, str] = {
    "row {row}": "第 {row} 行",
    "line {line}": "第 {line} 行",
    "This file was not exported here to be edited.": "这不是从本系统导出的可编辑台账。",
    "Export a ledger first.": "请先导出一份再编辑。",
    "Open it in a spreadsheet and save it as .xlsx (Excel workbook) or CSV UTF-8.": (
        "请用表格软件打开，另存为 .xlsx 或 UTF-8 编码的 CSV。"
    ),
    "Open it in a spreadsheet, save it anew as .xlsx, and import that.": (
        "请用表格软件打开，另存为 .xlsx 后再上传。"
    ),
    "This is a folder, not a file.": "这是文件夹，不是文件。",
    "This is a folder.": "这是文件夹。",
    "Name the file.": "请指定文件。",
    "Name a file in it.": "请指定其中的文件。",
    "This is no ordinary file.": "这不是普通文件。",
    "Save the ledger to a file.": "请先将台账存为文件。",
    "There is no file {path}.": "文件不存在，可能已被清理，请重新上传。",
    "Check the path.": "请检查路径。",
    "{path} cannot be read: {why}.": "文件无法读取：{why}。",
    "It cannot be read: {why}.": "文件无法读取。",
    "The file is empty.": "文件是空的。",
    "Check that the right file was saved.": "请检查保存的是否为正确的文件。",
    "Check that the right file and sheet were saved.": "请检查文件和工作表是否正确。",
    "Check that it was saved.": "请检查是否已保存。",
    "The file is {size} MB, more than the {most} MB that are read at once.": (
        "文件有 {size} MB，超过一次可读的 {most} MB。"
    ),
    "The workbook, unpacked, is {size} MB, more than the {most} MB that are read at once.": (
        "工作簿解压后有 {size} MB，超过一次可读的 {most} MB。"
    ),
    "{what} is {size} MB, more than the {most} MB that are read at once.": (
        "内容有 {size} MB，超过一次可读的 {most} MB。"
    ),
    "Split the ledger into several files; rows already imported are recognised by number.": (
        "请拆成几个文件分别导入：已导入的行按编号识别。"
    ),
    "The workbook is damaged ({detail}).": "工作簿已损坏。",
    "The workbook is protected by a password.": "工作簿有密码保护。",
    "Open it, remove the password (File, Info, Protect), save, and import that.": (
        "请取消密码（文件—信息—保护）并保存后再上传。"
    ),
    "This is an old binary workbook (.xls).": "这是旧格式工作簿（.xls）。",
    "The file is protected by a password.": "文件有密码保护。",
    "Remove it, save.": "请取消密码并保存。",
    "This is {kind}, not an .xlsx workbook.": "这不是 .xlsx 工作簿。",
    "This is a PDF.": "这是 PDF 文件。",
    "Export the table as .xlsx or CSV.": "请将表格导出为 .xlsx 或 CSV。",
    "This is a web page or XML file, whatever its name says.": (
        "不论文件名如何，这是网页或 XML 文件。"
    ),
    "This is neither a workbook nor text.": "这不是工作簿，也不是文本表格。",
    "This is no table.": "这不是表格。",
    "Bring an .xlsx or a .csv file.": "请选择 .xlsx 或 .csv 文件。",
    "No table was chosen.": "没有选择表格。",
    "Choose one of units or of people.": "请选择单位表或人员表。",
    "Two columns mean the same: {names}.": "有两列的列名相同或含义相同：{names}。",
    "Rename or remove one of them.": "请改名或删去其中一列。",
    "The header lacks a column that the mapping {name} needs ({wanted}).": (
        "表头缺少必需的列（{wanted}）。"
    ),
    "The columns seen are: {seen}. Rename the column, or choose another mapping.": (
        "现有各列：{seen}。请改列名，或重新选择每一列的含义。"
    ),
    "The columns seen are: {seen}.": "现有各列：{seen}。",
    "The mapping {name} does not know the column {names}.": "不认识这一列：{names}。",
    "The mapping {name} does not know the columns {names}.": "不认识这些列：{names}。",
    "The mapping {name} does not know the column{plural} {names}.": "不认识这些列：{names}。",
    "Correct the name, remove the column, or let the mapping say what it is (columns, extra or "
    "ignore).": "请更正列名、删去该列，或重新选择它的含义。",
    'Correct the name, remove the column, begin its name with "{prefix}", or let the mapping say '
    "what it is (columns, extra or ignore).": "请更正列名、删去该列，或在列名前加“{prefix}”。",
    "Correct the name, remove the column{prefix}, or let the mapping say what it is (columns, "
    "extra or ignore).": "请更正列名、删去该列，或重新选择它的含义。",
    'There is no mapping named "{name}".': "没有名为“{name}”的列对应表。",
    "Known are {known}; or give the path of a .yaml file.": "可用：{known}。",
    "{hint}Known are {known}; or give the path of a .yaml file.": "可用：{known}。",
    "There is no mapping {name}.": "没有名为“{name}”的列对应表。",
    "There is no mapping file {path}.": "没有这个列对应表文件。",
    "Give another path, or one of the names {known}.": "可用：{known}。",
    "A mapping starts with keys such as columns: and key:.": (
        "列对应表应以 columns: 和 key: 等开头。"
    ),
    "The mapping cannot be read: {why}.": "列对应表无法读取。",
    "Save it as UTF-8 text.": "请另存为 UTF-8 文本。",
    "This mapping is wrong: {why}.": "各列的选择互相矛盾，请检查后重新选择。",
    "This mapping is wrong: {why}{more}.": "各列的选择互相矛盾，请检查后重新选择。",
    "config/mappings/ledger.yaml describes every key.": "各项说明见 config/mappings/ledger.yaml。",
    "This is not valid YAML: {why}.": "这不是有效的 YAML。",
    "This is nested too deeply.": "嵌套过深。",
    "A key must be a plain word.": "键须是普通的词。",
    'The key "{key}" is given twice.': "“{key}”出现了两次。",
    "This value is not understood: {value}.": "无法识别的值：{value}。",
    "The file holds no rows.": "文件里没有内容。",
    "The ledger has a header and no rows.": "台账只有表头，没有内容。",
    "The table has {n} columns, more than the {most} that a ledger may have.": (
        "共有 {n} 列，超过台账可有的 {most} 列。"
    ),
    "Leave out columns that are not needed.": "请删去不需要的列。",
    "Columns that the mapping does not know were ignored: {names}.": "未导入不认识的列：{names}。",
    'The sheet "{name}" has such a header too and was not read; import it by its own mapping '
    "(file: sheet:).": "工作表“{name}”也有同样的表头，没有读取，请另行导入。",
    "The file has no such table.": "文件里没有这个表。",
    "Upload it again.": "请重新上传。",
    "The column {names} is missing.": "缺少“{names}”列。",
    'The column "{name}" is not known.': "不认识“{name}”列。",
    "Known are: {known}. Correct or remove it.": "可用的列：{known}。请更正或删去。",
    'The column "{name}" occurs twice.': "“{name}”列出现了两次。",
    "Remove one of them.": "请删去其中一列。",
    "The text cannot be cut into columns: {why}.": "文本无法分成各列。",
    "Look for a quotation mark that is not closed or not doubled.": "请检查是否有不成对的引号。",
    "The byte 0x{byte} is no text in {encoding}.": "文本编码无法识别（{encoding}）。",
    "Save the file as CSV UTF-8, or name its encoding in the mapping (file: encoding:).": (
        "请另存为 UTF-8 编码的 CSV。"
    ),
    "{name} is neither an .xlsx nor a .csv file.": "{name} 不是 .xlsx 或 .csv 文件。",
    "Name it accordingly.": "请相应命名。",
    "{path} could not be written: {why}.": "文件无法写入：{why}。",
    "Check that the folder exists, that you may write to it and that the disk has room; close the "
    "file if a spreadsheet has it open. Nothing was changed.": (
        "请检查磁盘空间和权限；如文件已在表格软件中打开，请先关闭。没有改动任何内容。"
    ),
    "A sheet holds {most} rows at most.": "一个工作表最多 {most} 行。",
    "Export to .csv, or fewer items.": "请导出为 .csv，或减少事项。",
    'The workbook has no sheet "{name}".': "工作簿里没有工作表“{name}”。",
    "It has {names}; name one in the mapping (file: sheet:).": "现有：{names}，请重新选择。",
    "Nobody has said what the columns mean.": "还没有说明各列的含义。",
    "Map them first.": "请先选择每一列的含义。",
    "These are more items than the {most} that leave in one file.": (
        "事项过多，一个文件不能超过 {most} 项。"
    ),
    "Choose a unit or stages.": "请按单位或环节分几次导出。",
    "The changes cannot be kept: {why}.": "改动无法保存：{why}。",
    "The upload cannot be kept: {why}.": "文件无法保存（{why}），请联系系统管理员。",
    "The file cannot be kept: {why}.": "文件无法保存（{why}），请联系系统管理员。",
    "The exported file is not here (any more).": "导出的文件不存在，或已过保存期。",
    "Export it again.": "请重新导出。",
    "Your duties have changed since the file was written.": (
        "导出之后您的职责已有变动，此文件不再提供。"
    ),
    "Whoever has asked for this is not known.": "提交此任务的人已不在系统中。",
    "{person} may not bring ledgers.": "您的身份不能导入台账。",
    "It takes a coordinator.": "须由整改办办理。",
    "Evidence cannot be kept in {folder}: {why}.": "佐证材料无法保存：{why}。",
    "Free some space, or make the folder writable.": "请清理磁盘空间，或检查文件夹权限。",
    "The evidence {sha256} cannot be read: {why}.": "佐证材料无法读取：{why}。",
    "The store of evidence {name} does not do what was asked: {why}.": "佐证材料存储没有正常应答。",
    "Check RECTIFLOW_EVIDENCE_URL, RECTIFLOW_S3_ENDPOINT and the key; then try again.": (
        "请检查 RECTIFLOW_EVIDENCE_URL、RECTIFLOW_S3_ENDPOINT 和密钥后重试。"
    ),
    "Files cannot be looked into: {why}.": "暂时无法检查文件。",
    "The paper {file} cannot be written: {why}.": "文书无法写入：{why}。",
    "Check the folder and the disk; it is tried again.": "请检查文件夹和磁盘，系统会再试。",
    "There is no paper {serial}.": "没有文书 {serial}。",
    "{text} is no number of a paper.": "“{text}”不是文书编号。",
    "This template cannot be used: {fault}.": "此模板不能使用：{fault}。",
    "See the variables with: rectiflow papers templates.": "可用的变量见本页。",
    "There is no template of your own for {name}.": "{name} 没有自己的模板。",
    "Ours is used.": "用的是系统自带的模板。",
    "There is no template {name}.": "没有“{name}”这个模板。",
    "it is no .docx file": "不是 .docx 文件",
    "it cannot be read: {why}": "无法读取：{why}",
    "its name is not one of a paper: see rectiflow papers templates": "文件名不是文书模板的名称",
    "ValueError: it is larger than {most} MiB": "超过 {most} MiB",
    "ValueError: it unpacks to more than a letter holds": "解压后过大",
    "ValueError: it has macros or embedded objects ({name})": "含有宏或嵌入对象（{name}）",
    "ValueError: {name} declares entities, or is not in UTF-8": "{name} 含有实体声明或不是 UTF-8",
    "ValueError: it fetches something from elsewhere ({target})": "会从外部读取内容（{target}）",
    "ValueError: it is a file with macros": "是带宏的文件",
    "{name} is undefined": "没有变量 {name}",
    "unexpected '{mark}'": "有多余的“{mark}”",
    "unexpected end of template": "模板没有写完整",
    "Permission denied": "没有权限",
    "No space left on device": "磁盘已满",
    "No such file or directory": "文件或文件夹不存在",
    "Is a directory": "是文件夹",
    "Not a directory": "不是文件夹",
    "Read-only file system": "磁盘只读",
    "File name too long": "文件名过长",
    "Input/output error": "磁盘读写出错",
    "Disk quota exceeded": "超出磁盘配额",
}
