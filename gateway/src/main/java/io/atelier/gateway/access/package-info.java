/** Who calls, and how much they may ask for. */
package io.atelier.gateway.access;
