"""Notices 通知: what plans and cases want told to people outside, delivered to webhooks, with receipts on `notices`."""
