# SPDX-License-Identifier: Apache-2.0
"""What Kafka is measured against: librdkafka's performance program, and Confluent's Parallel Consumer."""
import filecmp
import re
import shutil
import subprocess
import sys
from pathlib import Path

from harness.packages import missing_text

FOLDER = Path(__file__).resolve().parent.parent / 'peer'
# What the program needs of the file that librdkafka's ./configure would make.
CONFIG = '#define WITH_C11THREADS 1\n#define HAVE_STRNDUP 1\n#define HAVE_STRERROR_R 1\n'


def _run(*command, **options):
    subprocess.run([str(word) for word in command], check=True, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                   timeout=600, **options)


class RdkafkaPerformance:
    """examples/rdkafka_performance.c of the librdkafka that is installed, which Debian has as source only."""

    def __init__(self, root):
        self.folder = root / 'build' / 'bench-rdkafka'
        self.program = self.folder / 'rdkafka_performance'
        self.name, self.missing = 'rdkafka_performance', None
        try:
            version = subprocess.run(['dpkg-query', '-W', '-f=${Version}', 'librdkafka-dev'], check=True, capture_output=True,
                                     text=True).stdout
            self.name += f' of librdkafka {version}'
            mark = self.folder / 'version'
            if not (self.program.exists() and mark.exists() and mark.read_text() == version):
                print(f'== building {self.name} in build/bench-rdkafka', file=sys.stderr)
                self._build(version)
                mark.write_text(version)
        except (OSError, subprocess.SubprocessError) as error:
            self.missing = missing_text(self.name, error)

    def _build(self, version):
        shutil.rmtree(self.folder, ignore_errors=True)
        (self.folder / 'apt' / 'lists' / 'partial').mkdir(parents=True)
        (self.folder / 'sources.list.d').mkdir()
        for file in [Path('/etc/apt/sources.list'), *Path('/etc/apt/sources.list.d').glob('*')]:
            if file.is_file():
                text = re.sub(r'^deb ', 'deb-src ', re.sub(r'^Types:.*', 'Types: deb-src', file.read_text(), flags=re.M), flags=re.M)
                (self.folder / 'sources.list.d' / file.name).write_text(text)
        apt = ['apt-get', '-q', '-o', 'Dir::Etc::SourceList=/dev/null', '-o', f'Dir::Etc::SourceParts={self.folder}/sources.list.d',
               '-o', f'Dir::State::Lists={self.folder}/apt/lists']
        subprocess.run([*apt, 'update'], stdin=subprocess.DEVNULL, capture_output=True, timeout=300)  # some may have no sources
        _run(*apt, 'source', '--download-only', f'librdkafka={version}', cwd=self.folder)
        (self.folder / 'source').mkdir()
        for archive in self.folder.glob('librdkafka_*.orig.tar.*'):
            _run('tar', '-xf', archive, '-C', 'source', '--strip-components=1', cwd=self.folder)
        (self.folder / 'source' / 'config.h').write_text(CONFIG)
        _run('gcc', '-O2', '-w', '-Isrc', '-o', self.program, 'examples/rdkafka_performance.c', '-lrdkafka', '-lm', '-lpthread',
             cwd=self.folder / 'source')

    def command(self, *arguments, **properties):
        """The command line that runs it once, or None when it is missing. Properties are librdkafka's, "_" for "."."""
        if self.missing:
            return None
        words = [sys.executable, '-B', FOLDER / 'rdkafka_performance.py', self.program, *arguments]
        for name, value in properties.items():
            words += ['-X', f'{name.replace("_", ".")}={value}']
        return [str(word) for word in words]


class ParallelConsumer:
    """Confluent's Parallel Consumer with a program around it, from Maven artifacts."""

    def __init__(self, root, wanted=True):
        source = FOLDER / 'parallel_consumer'
        version = re.search(r'parallel-consumer-core</artifactId>\s*<version>(.*)</version>', (source / 'pom.xml').read_text())[1]
        self.folder = root / 'build' / 'bench-parallel-consumer'
        self.name, self.missing = f'Parallel Consumer {version} (Java)', None if wanted else 'left out with --no-peer'
        if not wanted:
            return
        marks = [(source / name, self.folder / name) for name in ('ParallelConsumerBurst.java', 'pom.xml')]
        if all(mark.exists() and filecmp.cmp(file, mark, shallow=False) for file, mark in marks):
            return
        print(f'== installing {self.name} into build/{self.folder.name}', file=sys.stderr)
        try:
            shutil.rmtree(self.folder, ignore_errors=True)
            _run('mvn', '-q', '-B', '-f', source / 'pom.xml', 'dependency:copy-dependencies', '-DincludeScope=runtime',
                 f'-DoutputDirectory={self.folder}/lib')
            _run('javac', '-cp', f'{self.folder}/lib/*', '-d', self.folder / 'classes', marks[0][0])
            for file, mark in marks:  # last: they say that the rest is there
                shutil.copy(file, mark)
        except (OSError, subprocess.SubprocessError) as error:
            self.missing = missing_text(self.name, error)

    def command(self, *arguments):
        """The command line of one burst, or None when it is missing."""
        if self.missing:
            return None
        words = ['java', '-Xms256m', '-Xmx1g', '-cp', f'{self.folder}/lib/*:{self.folder}/classes', 'ParallelConsumerBurst', *arguments]
        return [str(word) for word in words]
