"""The sentences for files that cannot be read, by code: what is wrong, what to do, and both in Chinese."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """One sentence.

    Args:
        what: What is wrong; `{at}` stands for the place.
        do: What to do.
        zh: Both in Chinese.
        has_line: Whether the place is a line, which then stands behind the file's name.
    """

    what: str
    do: str
    zh: str
    has_line: bool = False


SENTENCES: Mapping[str, Words] = {
    "bad_bytes": Words(
        "bytes that are neither UTF-8 nor GB18030",
        "open the file in the program that made it and save it as CSV in UTF-8",
        "第{at}行有既非UTF-8也非GB18030的字节; 请在原软件中另存为UTF-8编码的CSV",
        has_line=True,
    ),
    "bad_text": Words(
        "holds text that is not valid",
        "open it in a spreadsheet program and save it again as .xlsx",
        "文件中有无效文字; 请用表格软件打开后另存为.xlsx",
    ),
    "binary": Words(
        "is no text, workbook or Parquet file",
        "send the list as .xlsx or .csv",
        "不是文本、工作簿或Parquet文件; 请改用.xlsx或.csv",
    ),
    "bomb": Words(
        "unpacks to far more than it holds, as no spreadsheet program writes it; nothing was opened",
        "ask the sender for a new export, as .xlsx or .csv",
        "压缩比异常, 不是表格软件生成的文件, 未打开; 请让对方重新导出.xlsx或.csv",
    ),
    "broken": Words(
        "could not be read: the file is damaged",
        "open it in a spreadsheet program and save it again as .xlsx",
        "文件已损坏, 无法读取; 请用表格软件打开后另存为.xlsx",
    ),
    "broken_sheet": Words(
        "the workbook's part {at} is damaged",
        "open it in a spreadsheet program and save it again as .xlsx",
        "工作簿的{at}部分已损坏; 请用表格软件打开后另存为.xlsx",
    ),
    "column_type": Words(
        "column {at} is of a type that no list has",
        "write it as text, number, date or timestamp",
        "{at}列的类型无法识别; 请改为文本、数字、日期或时间",
    ),
    "cut_off": Words(
        "is cut off: the end of the file is missing",
        "copy or send it again",
        "文件不完整, 结尾缺失; 请重新复制或发送",
    ),
    "dtd": Words(
        "declares a document type, as no spreadsheet program does; nothing was read",
        "ask the sender for a new export, as .xlsx or .csv",
        "含有文档类型声明, 不是表格软件生成的文件, 未读取; 请让对方重新导出.xlsx或.csv",
    ),
    "empty": Words("is empty", "send the file again", "是空文件; 请重新发送"),
    "encrypted": Words(
        "is protected by a password",
        "remove the password in the spreadsheet program and save it again",
        "已加密; 请在表格软件中取消密码后重新保存",
    ),
    "far_cell": Words(
        "a cell stands at {at}, far outside of any table",
        "delete it (Ctrl+End shows it) and save the file again",
        "{at}处有单元格, 远在表格之外; 请删除(按Ctrl+End可找到)后重新保存",
    ),
    "long_cell": Words(
        "a cell of more than 100,000 characters",
        "look for a quotation mark that is not closed",
        "第{at}行有超过10万字符的单元格; 请检查引号是否成对",
        has_line=True,
    ),
    "macros": Words(
        "holds macros, which are never opened",
        "save it as .xlsx, without macros",
        "含有宏, 不予打开; 请另存为不含宏的.xlsx",
    ),
    "memory": Words(
        "needs more memory than one file may use",
        "split the list into smaller files, or send it as .csv",
        "文件过大, 超出内存限制; 请拆成几个文件, 或改用.csv",
    ),
    "no_sheet": Words(
        "has no such sheet; it has: {at}",
        "name one of them with --sheet",
        "没有这个工作表; 现有: {at}; 请用--sheet指定",
    ),
    "not_a_table": Words(
        "is a picture, a document or an archive, not a table",
        "send the list as .xlsx or .csv",
        "是图片、文档或压缩包, 不是表格; 请改用.xlsx或.csv",
    ),
    "not_a_workbook": Words(
        "is a zip file, but no workbook",
        "unpack it, and send the list as .xlsx or .csv",
        "是压缩包而不是工作簿; 请解压后发送.xlsx或.csv",
    ),
    "quote": Words(
        "a quotation mark in this row is not closed",
        "close it, or remove it",
        "第{at}行引号不成对; 请补上或删除",
        has_line=True,
    ),
    "time": Words(
        "could not be read within {at} seconds",
        "split the list into smaller files, or send it as .csv",
        "{at}秒内未能读完; 请拆成几个文件, 或改用.csv",
    ),
    "too_large": Words(
        "is too large for one file",
        "split the list into smaller files",
        "文件过大; 请拆成几个文件",
    ),
    "too_many_parts": Words(
        "has {at} parts, more than any list needs; nothing was opened",
        "keep only the sheet that is meant, and save it as .xlsx",
        "含有{at}个部件, 超出任何名单所需, 未打开; 请只保留所需工作表后另存为.xlsx",
    ),
    "xlsb": Words(
        "is a binary workbook (.xlsb)",
        "save it as .xlsx",
        "是二进制工作簿(.xlsb); 请另存为.xlsx",
    ),
}
