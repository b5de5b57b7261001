"""Interface laws: geometry of paired faces, cohesion and contact, contact-area fraction, charge transfer."""
