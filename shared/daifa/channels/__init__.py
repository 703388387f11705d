"""Ways for words to leave, by the name a notice gives as its channel."""

CHANNELS = {
    "ses": "daifa.channels.ses:Ses",
    "wecom": "daifa.channels.wecom:WeCom",
}
