"""What every Fengqiao service stands on, and what integrators install."""

__version__ = "0.1.0"
