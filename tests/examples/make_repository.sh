#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# make_repository.sh FOLDER: makes a git repository with everything that is hard about histories.
set -euo pipefail
unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1
export GIT_AUTHOR_NAME=nobody GIT_AUTHOR_EMAIL=a@example.org GIT_COMMITTER_NAME=nobody GIT_COMMITTER_EMAIL=c@example.org
mkdir -p "$1"
cd "$1"
git init --quiet --initial-branch=main .

clock=1700000000
# commit AUTHOR MESSAGE: commits everything, a minute later than the one before.
commit() {
  clock=$((clock + 60))
  git add --all
  GIT_AUTHOR_NAME="$1" GIT_AUTHOR_DATE="$clock +0000" GIT_COMMITTER_DATE="$clock +0000" \
    git commit --quiet --allow-empty --message "$2"
}
# merge MESSAGE: commits whatever is in the folder as the merge begun before.
merge() {
  clock=$((clock + 60))
  git add --all
  GIT_AUTHOR_NAME=Merger GIT_AUTHOR_DATE="$clock +0000" GIT_COMMITTER_DATE="$clock +0000" \
    git commit --quiet --message "$1"
}
numbers() { seq "$1" "$2"; }

mkdir -p src
numbers 1 20 > src/main.txt
numbers 1 10 > 'two words.txt'
printf 'a\nb\n' > $'line\nfeed.txt'
printf 'a\nb\n' > $'tab\tname.txt'
printf 'a\nb\n' > $'not utf-8 \xff\xfe.txt'
printf 'a\nb\n' > '100%.txt'
printf 'a\nb\n' > 'größe 漢字.txt'
printf 'a\nb\n' > ':colon.txt'
printf 'a\nb\n' > '-dash.txt'
printf 'a\nb\n' > '"quoted" $(touch broken) `x`.txt'
printf '\0\1\2' > picture.bin
: > empty.txt
commit 'Ann Ünal' 'the first files'

numbers 1 25 > src/main.txt
printf '\0\3\4\5' > picture.bin
printf 'a\nc\n' > $'not utf-8 \xff\xfe.txt'
commit 'Bob "B" O'"'"'Neil' 'changes'

git mv src/main.txt src/program.txt
commit 'Ann Ünal' 'a rename'
numbers 1 24 > src/program.txt
git mv src/program.txt $'src/line\nfeed program.txt'
git mv 'two words.txt' 'three words now.txt'
commit 'Ann Ünal' 'a rename with a change'

commit 'Ann Ünal' 'nothing'
git rm --quiet -- '-dash.txt' '100%.txt'
commit 'Bob "B" O'"'"'Neil' 'deletions'
printf 'x\ny\nz\n' > '100%.txt'
commit 'Cem' 'the same path, another file'
ln -sf empty.txt ':colon.txt'
commit 'Cem' 'a file becomes a link'
mkdir -p module
git update-index --add --cacheinfo 160000,1111111111111111111111111111111111111111,module
commit 'Cem' 'a submodule'

# Two lines of history: one renames and deletes what the other goes on changing; both create a file of one name.
numbers 1 30 > moving.txt
numbers 101 130 > dying.txt
numbers 201 230 > staying.txt
commit 'Ann Ünal' 'files for the lines of history'
git checkout --quiet -b side
numbers 1 33 > moving.txt
numbers 101 134 > dying.txt
printf 'both\n' > both.txt
printf 'only side\n' > side.txt
commit 'Side' 'the side changes'
numbers 100 134 > dying.txt
commit 'Side' 'the side changes again'
git checkout --quiet main
git mv moving.txt moved.txt
git rm --quiet dying.txt
printf 'both\n' > both.txt
commit 'Bob "B" O'"'"'Neil' 'main renames, deletes and creates'
numbers 205 230 > staying.txt
commit 'Ann Ünal' 'main goes on'
git merge --quiet --no-commit --no-ff side > /dev/null 2>&1 || true
git rm --quiet --force --ignore-unmatch dying.txt moving.txt side.txt > /dev/null   # the merge drops side.txt
numbers 1 33 > moved.txt
printf 'only in the merge\n' > merged.txt                                           # and brings a file of its own
merge 'a merge that decides'
printf 'only in the merge\nand then\n' > merged.txt
commit 'Cem' 'a change of what the merge brought'

git checkout --quiet -b old HEAD~1
numbers 301 309 > late.txt
commit 'Old' 'late'
git checkout --quiet main
git merge --quiet --no-commit --no-ff old > /dev/null
merge 'a plain merge'

# An author whose name is not UTF-8 although the commit says nothing of another encoding.
printf 'end\n' >> 'three words now.txt'
commit $'J\xf6rg' 'an author in Latin-1'
