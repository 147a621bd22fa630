# Lets the wall start when the account that runs this signs in, and keeps the screen on. Run as administrator.
param([Parameter(Mandatory = $true)][uri]$Board)

$ErrorActionPreference = "Stop"
$folder = Join-Path $env:ProgramData "Wallboard"
New-Item -ItemType Directory -Force -Path $folder | Out-Null
Copy-Item -Force (Join-Path $PSScriptRoot "wallboard-kiosk.ps1") $folder
$script = Join-Path $folder "wallboard-kiosk.ps1"

$run = "-NoProfile -WindowStyle Hidden -ExecutionPolicy Bypass -File `"$script`" -Board `"$Board`""
$action = New-ScheduledTaskAction -Execute "powershell.exe" -Argument $run
$trigger = New-ScheduledTaskTrigger -AtLogOn -User "$env:USERDOMAIN\$env:USERNAME"
$settings = New-ScheduledTaskSettingsSet -AllowStartIfOnBatteries -DontStopIfGoingOnBatteries `
    -ExecutionTimeLimit ([TimeSpan]::Zero) -RestartCount 999 -RestartInterval (New-TimeSpan -Minutes 1)
Register-ScheduledTask -Force -TaskName "Wallboard kiosk" -Action $action -Trigger $trigger -Settings $settings | Out-Null

powercfg /change monitor-timeout-ac 0
powercfg /change standby-timeout-ac 0
powercfg /change hibernate-timeout-ac 0
Write-Output "The wall starts when $env:USERNAME signs in. Start it now: Start-ScheduledTask -TaskName 'Wallboard kiosk'"
