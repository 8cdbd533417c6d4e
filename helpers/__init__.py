"""What stands behind the notebooks: the lab, its two servers, the token code, the exercises and the pictures.

A notebook needs one door only: ``from helpers import lab; lab.start()``.
"""
