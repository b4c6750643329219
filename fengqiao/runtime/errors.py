"""What can go wrong between a service and Kafka or its documents.

RuntimeFault
├── Unreadable          the record can never be understood: dead-letter topic, go on
├── Busy                not now (store or producer away): try again, keep the order
│   ├── StoreUnavailable    the document store did not answer in time; the deed may have been done
│   └── KafkaUnavailable    no acknowledgement in time; the record may be there all the same
├── Fenced              another instance has written this journal: read on from it
└── ForeignJournal      journal and topics do not belong together: a person must decide
"""


class RuntimeFault(Exception):
    """The root of this package's exceptions (problems of HTTP have their own tree in `problems`)."""


class Unreadable(RuntimeFault):
    """The record can never be understood; says why."""


class Busy(RuntimeFault):
    """Not now. Nothing is known to have happened; trying again must be harmless."""


class StoreUnavailable(Busy):
    """The document store did not answer in time."""


class KafkaUnavailable(Busy):
    """Kafka did not acknowledge in time."""


class Fenced(RuntimeFault):
    """Another writer has appended to this journal."""


class ForeignJournal(RuntimeFault):
    """The journal was written beside another Kafka, or this one was wiped."""
