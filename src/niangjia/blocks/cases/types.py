"""What crosses the door of cases."""
