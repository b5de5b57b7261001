"""Interface laws: geometry of the paired faces, cohesion and contact, contact-area fraction, charge transfer."""
