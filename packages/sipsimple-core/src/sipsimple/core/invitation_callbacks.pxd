"""PJSIP's callbacks for INVITE sessions; nothing here is called by others."""
