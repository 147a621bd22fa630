# One board on the whole screen of this machine: waits for its server, shows it, and starts the browser again.
param([Parameter(Mandatory = $true)][uri]$Board)

$ErrorActionPreference = "Stop"
$edge = Join-Path ${env:ProgramFiles(x86)} "Microsoft\Edge\Application\msedge.exe"
if (-not (Test-Path $edge)) { $edge = Join-Path $env:ProgramFiles "Microsoft\Edge\Application\msedge.exe" }
$state = Join-Path $env:LOCALAPPDATA "Wallboard\Edge"
$ready = $Board.GetLeftPart([System.UriPartial]::Authority) + "/readyz"

function Wait-Server {
    # A screen that was here before has the page itself and shows the last state; a new one has nothing to show.
    for ($tries = 0; -not ((Test-Path $state) -and $tries -ge 10); $tries++) {
        try { Invoke-WebRequest -UseBasicParsing -TimeoutSec 5 -Uri $ready | Out-Null; return }
        catch { Start-Sleep -Seconds 2 }
    }
}

while ($true) {
    Wait-Server
    $options = @(
        "--kiosk", "`"$Board`"", "--edge-kiosk-type=fullscreen", "--no-first-run", "--noerrdialogs",
        "--disable-session-crashed-bubble", "--hide-crash-restore-bubble", "--disable-features=Translate",
        "--autoplay-policy=no-user-gesture-required", "--user-data-dir=`"$state`""
    )
    Start-Process -FilePath $edge -ArgumentList $options -Wait
    Start-Sleep -Seconds 3
}
