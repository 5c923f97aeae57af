/**
 * Every constant of the method in one tree of records, {@link org.intraq.config.IntraQConfig}; the
 * values of the presets stand, each beside its source, in the resource {@code presets.conf}.
 */
package org.intraq.config;
