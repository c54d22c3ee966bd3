TABLE: dict[str, str] = {"the content is not in the form it must have": "内容不符合规定格式"}
