#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs librdkafka's rdkafka_performance once and prints its figures as bench/run reads them: PROGRAM ARGUMENT...

The rate is its own: of acknowledged messages when it produces, from the first message on when it consumes.
"""
import json
import resource
import subprocess
import sys

done = subprocess.run([*sys.argv[1:], '-u'], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
lines = [[cell.strip() for cell in line.strip('| \n').split('|')] for line in done.stdout.splitlines() if line.startswith('|')]
heads = [line for line in lines if line[0] == 'elapsed']
if done.returncode or not heads or lines[-1] in heads:
    sys.exit(f'rdkafka_performance failed ({done.returncode}):\n{done.stdout}{done.stderr}')
figures = dict(zip(heads[-1], lines[-1]))
if int(figures.get('dr_err', 0)) or int(figures.get('rx_err', 0)):
    sys.exit(f'rdkafka_performance lost messages:\n{done.stdout}{done.stderr}')
usage = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps({'events_per_s': float(figures['dr_m/s' if 'dr_m/s' in figures else 'm/s']),
                  'cpu_us_per_event': (usage.ru_utime + usage.ru_stime) * 1e6 / int(figures['msgs'])}))
