"""What is said in Chinese of a file that is no ledger: by how the English sentence begins.

The first that fits is said.
"""

from __future__ import annotations

from collections.abc import Mapping

IN_CHINESE: Mapping[str, str] = {
    "The file is empty": "文件是空的，请检查保存的是否为正确的文件。",
    "The file holds no rows": "文件里没有内容，请检查文件和工作表是否正确。",
    "The file is protected": "文件有密码保护，请取消密码后再上传。",
    "The file is ": "文件过大（不能超过 30 MB）。请拆成几个文件分别导入：已导入的行按编号识别。",
    "The workbook is protected": "工作簿有密码保护，请取消密码（文件—信息—保护）后再上传。",
    "The workbook is damaged": "工作簿已损坏，请用表格软件打开，另存为 .xlsx 后再上传。",
    "The workbook, unpacked": "工作簿解压后过大，请拆成几个文件分别导入。",
    "The workbook has no sheet": "工作簿里没有这个工作表，请重新选择。",
    "This is an old binary workbook": "这是旧格式工作簿（.xls），请另存为 .xlsx 后再上传。",
    "This is a PDF": "这是 PDF 文件，请导出为 .xlsx 或 CSV 后再上传。",
    "This is a web page": "这是网页或 XML 文件（不论文件名如何），请另存为 .xlsx 或 CSV。",
    "This is neither a workbook nor text": "这不是工作簿，也不是文本表格，请另存为 .xlsx 或 CSV。",
    "This is ": "这不是 .xlsx 工作簿，请用表格软件打开，另存为 .xlsx 或 CSV 后再上传。",
    "The byte ": "文本编码无法识别，请另存为 UTF-8 编码的 CSV。",
    "The text cannot be cut": "CSV 里有没有成对的引号，请检查后再上传。",
    "The table has ": "列数过多（不能超过 400 列），请删去不需要的列。",
    "Two columns mean the same": "有两列的列名相同或含义相同，请在文件里改名，或只选其中一列。",
    "The header lacks": "表头缺少必需的列（编号、标题），请重新选择每一列的含义。",
    "There is no file": "上传的文件已被清理，请重新上传。",
    "The upload cannot be kept": "文件无法保存，请联系系统管理员。",
    "There is no campaign": "没有这个专项行动，请重新选择。",
    "There is more than one campaign": "请选择专项行动。",
    "Nobody has said": "还没有说明各列的含义。",
    "This file was not exported here": "这不是从本系统导出的可编辑台账，请先导出一份再编辑。",
    "These are more items": "事项过多，请按单位或环节分几次导出（每次不超过 5000 项）。",
    "This mapping is wrong": "各列的选择互相矛盾，请检查后重新选择。",
    "The cell": "单元格内容无法识别。",
}
