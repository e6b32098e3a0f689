#!/usr/bin/env pwsh
<#
.SYNOPSIS
Starts or continues a search overnight: restarts it after a crash until the run says that it is finished.

.DESCRIPTION
A thin wrapper of `evo run SPACE --run-dir DIR --keep-going`, which holds the restart loop itself; shells without PowerShell call that directly.
Ctrl-C reaches the search (the first one drains it, a second one ends it at once), and its exit code is handed on.

.EXAMPLE
./run-search.ps1 search-spaces/quickstart.yaml runs/quickstart
#>
param(
    [Parameter(Mandatory)][string] $Space,
    [Parameter(Mandatory)][string] $RunDirectory,
    [Parameter(ValueFromRemainingArguments)][string[]] $EvoArguments = @()
)

$cli = Join-Path $PSScriptRoot 'src/Evo.Cli'
& dotnet build -c Release -v quiet --nologo $cli
if ($LASTEXITCODE -ne 0) { exit 3 }

& dotnet (Join-Path $cli 'bin/Release/net10.0/evo.dll') run $Space --run-dir $RunDirectory --keep-going @EvoArguments
exit $LASTEXITCODE
