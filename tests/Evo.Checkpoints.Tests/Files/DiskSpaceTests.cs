using Evo.Checkpoints.Files;

namespace Evo.Checkpoints.Tests.Files;

/// <summary>What is known of the volume that an output goes to.</summary>
public sealed class DiskSpaceTests
{
    [Fact]
    public void Folders_in_memory_are_told_from_others()
    {
        if (!OperatingSystem.IsLinux())
            return; // the list of mounts is Linux's
        Assert.Equal(File.ReadLines("/proc/mounts").Any(line => line.Split(' ') is [_, "/dev/shm", "tmpfs", ..]), DiskSpace.IsInMemory("/dev/shm"));
        Assert.False(DiskSpace.IsInMemory("/proc"));
    }

    [Fact]
    public void A_folder_that_is_not_there_is_not_in_memory() => Assert.False(DiskSpace.IsInMemory("/dev/shm/no such folder"));
}
