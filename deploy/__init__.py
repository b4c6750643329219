"""What is needed to run the system somewhere: areas, images, charts."""
